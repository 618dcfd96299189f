"""What a command was asked for: its options, and what the project's configuration says where they are silent."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from fastreview.cli.arguments import names
from fastreview.config import Config, load
from fastreview.gather.options import Options
from fastreview.mentor.records import ACCEPTED, Signed

if TYPE_CHECKING:
    from fastreview.pipeline import Choice


class Asked(Struct, frozen=True):
    """How to gather and what to evaluate; the other fields are those of `Choice`, and what the gate asks for."""

    options: Options = Options()
    selected: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    thresholds: dict[str, dict[str, float]] = {}
    levels: dict[str, str] = {}
    layers: dict[str, tuple[str, ...]] = {}
    fail_on: tuple[str, ...] = ()
    signed: Signed = Signed()
    baseline: str = ""
    by_hand: bool = False
    """The checks were chosen on the command line."""

    def choice(self) -> "Choice":
        from fastreview.pipeline import Choice

        return Choice(self.selected, self.ignored, self.thresholds, self.levels, self.layers, self.signed)

    @property
    def key(self) -> tuple[str, ...]:
        """Tells reviews of the same files apart."""
        measured = msgspec.structs.replace(self, fail_on=(), baseline="", by_hand=False)
        return (msgspec.json.encode(measured, order="deterministic").decode(),)


def configuration(path: Path) -> Config:
    """The configuration of the project in ``path``.

    Raises:
        BadConfiguration: when it cannot be used as it is.
    """
    from fastreview.gather.discovery import repository_of

    root = path.expanduser().absolute()
    return load(root, repository_of(root.resolve()))


def asked(
    path: Path | None,
    *,
    static: bool = False,
    app: Sequence[str] = (),
    env: str = "auto",
    cache: bool = True,
    type_check: bool = False,
    run_tests: bool = False,
    thorough: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: Sequence[str] = (),
) -> Asked:
    """The command line goes before the configuration of ``path``; None: there is no project at hand.

    ``--static`` also silences what the configuration would run.
    """
    config = configuration(path) if path is not None else Config()
    return Asked(
        Options(
            static=static or config.static,
            apps=tuple(app) or config.apps,
            environment=env if env != "auto" else config.env,
            cache=cache,
            type_check=type_check or (config.type_check and not static),
            run_tests=run_tests or thorough or (config.run_tests and not static),
            thorough=thorough,
            exclude=config.exclude,
        ),
        selected=names(select) or config.select,
        ignored=names(ignore) or config.ignore,
        thresholds=config.thresholds,
        levels=config.levels,
        layers=config.layers,
        fail_on=names(fail_on) or config.fail_on,
        signed=_signed(path) if path is not None else Signed(),
        baseline=config.baseline,
        by_hand=bool(names(select) or names(ignore)),
    )


def _signed(path: Path) -> Signed:
    """What reviewers have accepted, as it counts today.

    Raises:
        BadRecord: when one of the files cannot be used.
    """
    if not (path.expanduser() / ACCEPTED).is_dir():
        return Signed()
    from fastreview.mentor.acceptance import sorted_out
    from fastreview.mentor.folder import Folder

    today = datetime.datetime.now(tz=datetime.UTC).date()
    return sorted_out(Folder(path).acceptances().values(), today)
