"""Which subjects a finding stands for: matters of style are told once a file, and what several subjects meet at one place is
told once, with the first of them as its subject."""

import re
from collections.abc import Iterable

from fastreview.engine import ALSO

_MORE = re.compile(r"(\d+) (?:more (?:[\w ]+ )?in this file|others meet it here)\.(?:\s|$)")


def stands_for(subject: str, message: str, related: Iterable[str], unit: str) -> tuple[str, ...]:
    """The subjects of a finding, its own first, from its message and those of its related places.

    () where it stands for more than it names.
    """
    others = [name for text in related if text.startswith(ALSO) for name in _named(text.removeprefix(ALSO), unit)]
    counted = _MORE.search(message)
    if counted and int(counted[1]) != len(others):
        return ()
    return tuple(dict.fromkeys((subject, *others)))


def _named(text: str, unit: str) -> list[str]:
    """One subject, or the unit and several."""
    return text.removeprefix(f"{unit} ").split(", ") if unit and text.startswith(f"{unit} ") else [text]
