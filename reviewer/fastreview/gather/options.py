"""How facts are to be gathered."""

from msgspec import Struct


class Options(Struct, frozen=True):
    """How to gather. ``environment`` is auto, project, none or an interpreter; ``apps`` are ``module:attribute``.
    ``type_check``: the type checker is run."""

    static: bool = False
    apps: tuple[str, ...] = ()
    environment: str = "auto"
    cache: bool = True
    type_check: bool = False
    run_tests: bool = False
    thorough: bool = False
    """Run the tests a second time in another order, and once for each guard that is taken out."""
    exclude: tuple[str, ...] = ()
    """Patterns of paths that are not read."""
