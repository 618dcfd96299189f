"""What a type checker said about the project. Paths are relative to the reviewed root, with "/"; an unknown line is 0."""

from msgspec import Struct


class TypeProblem(Struct, frozen=True):
    """One error. ``code`` is the checker's name for its kind (``arg-type``, ``reportArgumentType``), or ""."""

    path: str
    line: int
    code: str
    message: str


class AnyShare(Struct, frozen=True):
    """How many of a module's expressions have the type `Any`, of how many."""

    path: str
    any: int
    total: int


class TypeCheckFacts(Struct, frozen=True):
    """One run of a type checker.

    ``own`` is true for the project's checker with the project's configuration, false for one brought along.
    ``configuration`` is the path of the file with its settings, "" where there is none. ``environment`` says where it looked
    for the packages that the project imports, "" for nowhere.
    """

    checker: str
    version: str
    own: bool
    configuration: str = ""
    environment: str = ""
    mode: str = ""
    """The strictness that it was run with, in words: "strict", "its defaults"."""
    files: tuple[str, ...] = ()
    """The files of the review that it looked at."""
    errors: tuple[TypeProblem, ...] = ()
    error_count: int = 0
    """All errors; ``errors`` holds the first of them."""
    erroneous: tuple[tuple[str, int], ...] = ()
    """Every file with errors and how many it has."""
    unresolved: tuple[str, ...] = ()
    """Modules that it did not find in its environment: what is imported from them is unknown to it."""
    any_shares: tuple[AnyShare, ...] | None = None
    """None where the checker cannot tell."""
    silenced: tuple[str, ...] = ()
    """Settings that silence it for single modules or files: "app.legacy.*: ignore_errors"."""
    assumptions: tuple[str, ...] = ()
    seconds: float = 0.0
