"""Version ranges of Poetry, Pipenv and conda in the notation of PEP 440."""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet


def pep440(text: str, *, exact: str = "=={}") -> str:
    """``^1.2``, ``~1.2``, ``1.2.*``, ``=1.2``, ``1.2`` as PEP 440 says them; "" for what has no equal there.

    ``exact`` is what a version without an operator means.
    """
    if "|" in text:
        return ""
    parts = [_one(part.strip(), exact) for part in text.strip().strip("()").split(",")]
    joined = ",".join(part for part in parts if part)
    try:
        return str(SpecifierSet(joined)) if joined else ""
    except InvalidSpecifier:
        return ""


def _one(part: str, exact: str) -> str:
    if part in ("", "*"):
        return ""
    found = re.fullmatch(r"(\^|~(?!=)|=(?!=))\s*([\d.]+?(?:\.\*)?)(?:[a-z].*)?", part)
    if found:
        version = found[2]
        match found[1]:
            case "^":
                return f">={version},<{_after_caret(version)}"
            case "~":
                numbers = _numbers(version)
                return f">={version},<{'.'.join(map(str, _raised(numbers, min(1, len(numbers) - 1))))}"
            case _:
                return f"=={version}"
    if re.fullmatch(r"v?\d[\w.+!-]*", part):
        return exact.format(part.removeprefix("v"))
    if re.fullmatch(r"\d[\d.]*\.\*", part):
        return f"=={part}"
    return part


def _after_caret(version: str) -> str:
    """The first release that may break: the next of the leftmost number that is not zero."""
    numbers = _numbers(version)
    place = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, _raised(numbers, place)))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)] or [0]


def _raised(numbers: list[int], place: int) -> list[int]:
    return [*numbers[:place], numbers[place] + 1]
