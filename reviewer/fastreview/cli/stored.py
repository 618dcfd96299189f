"""Reviews that were kept, by their distance: ``last`` is the newest one of a folder, ``last~2`` two before it."""

import re
from pathlib import Path

from fastreview.cli.printing import complain
from fastreview.errors import UsageError
from fastreview.review import Review

_LAST = re.compile(r"last(?:~(\d{1,4}))?")


def names_stored(named: str) -> bool:
    return _LAST.fullmatch(named) is not None


def stored_review(named: str, folder: Path, store: str = "") -> Review:
    """The kept review of ``folder`` that ``named`` asks for; ``store`` is where it is kept, "" for the user's own place.

    Raises:
        UsageError: when so many were not kept.
        HistoryUnavailable: when the store cannot be used.
    """
    from fastreview.store import place
    from fastreview.store.keys import project_keys
    from fastreview.store.waiting import waiting

    asked = _LAST.fullmatch(named)
    back = int(asked[1] or 0) if asked else 0
    to = place(store)
    if to is None or (to.file is not None and not to.file.exists() and not waiting(to.waiting)):
        raise UsageError(f"No review of {folder} is kept, so there is no {named}.")
    from fastreview.store.keeping import Store

    opened = Store(to, complain, create=False)
    try:
        kept = sorted(opened.reviews(project_keys(folder)), key=lambda one: one.made, reverse=True)
        found = opened.review(kept[back].id) if back < len(kept) else None
    finally:
        opened.close()
    if found is None:
        raise UsageError(f"{len(kept)} reviews of {folder} are kept, so there is no {named}.")
    return found
