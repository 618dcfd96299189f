"""The arithmetic of the review taken apart, so that every number can open the lines that it comes from."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

_CHECK = re.compile(r"\s+(?:never|gate|credit)\s+([A-Z]{2,6}\d{3}) (.*)")


class Sums(Struct, frozen=True):
    """``rules`` and ``overall`` are lines; ``dimensions`` maps a dimension, ``checks`` a code to its own."""

    rules: tuple[str, ...]
    dimensions: Mapping[str, tuple[str, ...]]
    overall: tuple[str, ...]
    evidence: tuple[str, ...]
    index: tuple[str, ...]
    checks: Mapping[str, str]


def sums(arithmetic: Iterable[str]) -> Sums:
    """Sections are set apart by empty lines; each begins with its name."""
    sections: list[list[str]] = [[]]
    for line in arithmetic:
        if line.strip():
            sections[-1].append(line)
        elif sections[-1]:
            sections.append([])
    rules, *named = sections
    by_name = {section[0].partition(" ")[0].rstrip(":"): tuple(section) for section in named if section}
    found = (_CHECK.match(line) for section in by_name.values() for line in section)
    return Sums(
        rules=tuple(rules),
        dimensions={name: lines[1:] for name, lines in by_name.items() if name not in {"overall", "evidence", "index"}},
        overall=by_name.get("overall", ())[1:],
        evidence=by_name.get("evidence", ()),
        index=by_name.get("index", ()),
        checks={match[1]: match[2] for match in found if match},
    )
