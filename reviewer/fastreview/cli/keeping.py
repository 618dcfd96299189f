"""What a review leaves in the history. Whatever goes wrong with that, the review itself stands."""

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from fastreview.cli.configuration import Asked
from fastreview.cli.printing import complain
from fastreview.errors import FastreviewError
from fastreview.review import History

if TYPE_CHECKING:
    from fastreview.cli.reviewing import Reviewed

BRING_IN_AFTER = 25
"""So many reviews wait before a process of their own brings them into the database; whoever reads the history does, too."""


class Keeper(Struct, frozen=True):
    """Keeps reviews of ``path`` in the store that ``given`` names. ``named``: the user said where."""

    path: Path
    given: str
    named: bool

    def keep(self, found: "Reviewed", wish: Asked) -> None:
        """Milliseconds: what was recalled is in the history already, and nothing here opens a database but one that was
        named."""
        if found.facts is None:
            return
        from fastreview.store import place, put, record, ruler, summary
        from fastreview.store.keys import project_keys
        from fastreview.store.trend import note, noted, point, same

        try:
            to = place(self.given)
            if to is None or (not to.named and to.waiting.is_relative_to(self.path.resolve())):
                return
            rules = ruler(found.review.tool, wish.selected, wish.ignored, wish.layers)
            one = record(found.review, found.facts, project_keys(self.path), rules)
            if dropped := put(one, to.waiting):
                complain(_dropped(dropped, to.waiting))
            if not same(noted(to, one.keys), new := point(summary(one.review), rules, one.made)):
                note(to, one.keys, new)
            if found.kept is not None:
                found.kept.note_history()
            if self.named:
                _bring_in(self.given)
            else:
                _bring_in_later(to.waiting)
        except (FastreviewError, OSError) as error:
            complain(f"This review was not kept in the history. {error}")
        except Exception as error:  # noqa: BLE001 - the review is done, and must not fail for its record
            complain(f"This review was not kept in the history ({type(error).__name__}: {error}).")

    def history(self, found: "Reviewed", wish: Asked) -> History:
        """What was kept of the project before, with this review at the end; no database is opened."""
        from fastreview.store import place, ruler, summary
        from fastreview.store.keys import project_keys
        from fastreview.store.trend import noted, point, same

        to = place(self.given)
        if to is None:
            return History()
        points = noted(to, project_keys(self.path))
        if found.facts is not None:
            rules = ruler(found.review.tool, wish.selected, wish.ignored, wish.layers)
            new = point(summary(found.review), rules, time.time())
            points = points if same(points, new) else (*points, new)
        return History(points)


def keeper(given: str, path: Path) -> Keeper:
    """Looks at the name only.

    Raises:
        UsageError: for a store that cannot be one.
    """
    from fastreview.store.place import place

    found = place(given)
    return Keeper(path, given, found is not None and found.named)


def _dropped(count: int, waiting: Path) -> str:
    what = "The oldest review that waited was" if count == 1 else f"The {count} oldest reviews that waited were"
    return f"{what} dropped from {waiting}, which is full: `fastreview history` brings the others in."


def _bring_in(given: str) -> None:
    """What cannot be brought in now keeps waiting, and is brought in with the next one."""
    from fastreview.errors import HistoryUnavailable
    from fastreview.store.keeping import Store
    from fastreview.store.place import place

    to = place(given)
    if to is None:
        return
    try:
        Store(to, complain).close()
    except HistoryUnavailable as error:
        complain(f"{error} The review waits in {to.waiting}.")


def _bring_in_later(folder: Path) -> None:
    from fastreview.store.waiting import waiting

    if len(waiting(folder)) % BRING_IN_AFTER == 0:
        # -P: the current folder may be that of a project which is not to be trusted.
        subprocess.Popen(
            [sys.executable, "-P", "-m", "fastreview.store"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
