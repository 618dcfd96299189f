"""Path templates as Starlette matches them.

Source: Starlette's routing documentation and `starlette.convertors`: ``{name}`` is one segment, ``{name:path}`` the
rest, ``int``, ``float`` and ``uuid`` match only values of their form.
"""

import re
from functools import lru_cache
from typing import NamedTuple

UNKNOWN = "{?}"
"""What the model writes for a part of a path that is only known at run time."""


class Converter(NamedTuple):
    """``pattern`` is what it matches; ``sample`` a value that the narrower ones do not match."""

    pattern: str
    sample: str


CONVERTERS = {
    "str": Converter("[^/]+", "~any~"),
    "path": Converter(".*", "~any~/~more~"),
    "int": Converter("[0-9]+", "7"),
    "float": Converter(r"[0-9]+(?:\.[0-9]+)?", "7.5"),
    "uuid": Converter(
        "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
        "00000000-0000-4000-8000-000000000000",
    ),
}

_WHOLE = re.compile(r"\{[A-Za-z_]\w*\}")
"""A segment that takes whatever is there."""

PARAMETER = re.compile(r"\{([A-Za-z_]\w*)(?::([A-Za-z_]\w*))?\}")


@lru_cache(maxsize=10_000)
def parameters(path: str) -> tuple[str, ...]:
    return tuple(found[1] for found in PARAMETER.finditer(path))


@lru_cache(maxsize=10_000)
def is_known(path: str) -> bool:
    """Whether the whole path was read from the code, with converters whose patterns are known."""
    return UNKNOWN not in path and all((m[2] or "str") in CONVERTERS for m in PARAMETER.finditer(path))


@lru_cache(maxsize=10_000)
def pattern(path: str) -> re.Pattern[str]:
    parts, end = [], 0
    for found in PARAMETER.finditer(path):
        parts += [re.escape(path[end : found.start()]), CONVERTERS[found[2] or "str"].pattern]
        end = found.end()
    return re.compile("".join((*parts, re.escape(path[end:]))))


@lru_cache(maxsize=10_000)
def sample(path: str) -> str:
    """An address that ``path`` matches, and a narrower template only if it matches every address of ``path``."""
    return PARAMETER.sub(lambda found: CONVERTERS[found[2] or "str"].sample, path)


@lru_cache(maxsize=10_000)
def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def _fits(earlier: tuple[str, ...], later: tuple[str, ...]) -> bool:
    """Whether as many segments, and those without a parameter, are the same."""
    if len(earlier) != len(later):
        return False
    for mine, its in zip(earlier, later, strict=True):  # noqa: SIM110 - asked for many pairs, and a generator is felt
        if mine != its and "{" not in mine:
            return False
    return True


def swallows(earlier: str, later: str) -> bool:
    """Whether every address that ``later`` matches is matched by ``earlier`` too. Both must be known."""
    if "{" not in earlier:
        return earlier == later
    # Converters other than ``path`` match within one segment.
    if ":path}" not in earlier:
        mine, its = _segments(earlier), _segments(later)
        if not _fits(mine, its) or ":path}" in later:
            return False
        if all("{" not in one or (other and _WHOLE.fullmatch(one)) for one, other in zip(mine, its, strict=True)):
            return True
    return pattern(earlier).fullmatch(sample(later)) is not None
