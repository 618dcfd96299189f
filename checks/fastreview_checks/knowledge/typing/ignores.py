"""Comments that silence type checkers.

Sources: PEP 484 and the references of mypy, pyright, basedpyright, ty and pyrefly.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Module

_IGNORE = re.compile(r"#\s*(?P<tool>type|pyright|ty|pyrefly):\s*ignore(?P<codes>\s*\[[^\]]*\])?(?=[\s#]|$|\[)")
_WHOLE_FILE = re.compile(r"#\s*(?:mypy:\s*ignore-errors|pyright:\s*ignoreAll|pyrefly:\s*ignore-errors)\b")


class Ignore(NamedTuple):
    """``named`` says that it names what it silences, ``whole`` that it silences all of its file."""

    line: int
    text: str
    named: bool
    whole: bool


def ignores(module: Module) -> Iterator[Ignore]:
    """The comments in a module that silence a type checker, in order."""
    for comment in module.facts.comments:
        if _WHOLE_FILE.search(comment.text):
            yield Ignore(comment.line, comment.text, False, True)
        elif found := _IGNORE.search(comment.text):
            yield Ignore(comment.line, found[0], bool((found["codes"] or "").strip(" []")), False)
