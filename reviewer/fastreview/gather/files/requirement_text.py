"""One requirement as PEP 508, pip's files, Poetry and conda write it."""

import re

from fastreview.facts.files import Requirement

MAX_LENGTH = 1_000

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)", re.DOTALL)
_EXACT = re.compile(r"\(?\s*={2,3}\s*[^,*\s]+\s*\)?")
_COMMIT = re.compile(r"@[0-9a-f]{7,40}\b|#sha256=|#subdirectory=.*@[0-9a-f]{40}")
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)")


def normalised(name: str) -> str:
    """PEP 503: lower case, runs of ``-_.`` to one hyphen."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: str, group: str, path: str, line: int) -> Requirement | None:
    """A PEP 508 line, or one of pip's (options and comments behind it, a bare VCS address with ``#egg=``)."""
    hashed = "--hash" in text
    text = text.strip()[:MAX_LENGTH]
    text = re.split(r"\s--?[A-Za-z]", text, maxsplit=1)[0]
    text = re.split(r"\s#", text, maxsplit=1)[0].strip()
    if re.match(r"(?:git|hg|svn|bzr)\+|https?://|file:", text):
        egg = _EGG.search(text)
        if egg is None:
            return None
        return Requirement(normalised(egg[1]), f"@ {text}"[:300], group, path, line, bool(_COMMIT.search(text)), hashed)
    found = _NAME.match(text)
    if found is None:
        return None
    name, extras, rest = found.groups()
    rest, _, marker = rest.partition(" ;" if rest.startswith("@") else ";")
    rest = rest.strip()
    if rest.startswith("("):
        rest = rest.strip("()").strip()
    if rest and rest[0] not in "<>=!~@":
        return None
    pinned = bool(_EXACT.fullmatch(rest)) or (rest.startswith("@") and bool(_COMMIT.search(rest)))
    specifier = re.sub(r"\s*([<>=!~,]+)\s*", r"\1", rest) if not rest.startswith("@") else rest
    return Requirement(
        normalised(name), specifier[:300], group, path, line, pinned, hashed, _extras(extras), marker.strip()
    )


def _extras(text: str | None) -> tuple[str, ...]:
    return tuple(extra.strip() for extra in (text or "").split(",") if extra.strip())


def poetry_requirement(name: str, value: object, group: str, path: str, line: int) -> Requirement:
    """``name = "^1.2"`` or a table with ``version``, ``git``, ``path``; Pipfile writes the same."""
    extras: tuple[str, ...] = ()
    version, marker, pinned = "", "", False
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        version = value
    elif isinstance(value, dict):
        version = str(value.get("version") or "")
        given = value.get("extras")
        extras = tuple(str(extra) for extra in given) if isinstance(given, list) else ()
        for source in ("git", "path", "url", "file"):
            if isinstance(value.get(source), str):
                version = version or f"@ {value[source]}"
        pinned = isinstance(value.get("rev"), str) or isinstance(value.get("ref"), str)
        marker = str(value.get("markers") or "")
    version = "" if version.strip() == "*" else version.strip()
    pinned = pinned or bool(re.fullmatch(r"(?:={1,3}\s*)?\d[^,*\s|]*", version)) or bool(_EXACT.fullmatch(version))
    return Requirement(normalised(name), version[:300], group, path, line, pinned, False, extras, marker[:MAX_LENGTH])


def conda_requirement(text: str, group: str, path: str, line: int) -> Requirement | None:
    """conda's ``name=1.2=build``, ``name>=1.2``, ``channel::name 1.2.*``."""
    text = text.rpartition("::")[2].partition("#")[0].strip()
    found = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*(.*)", text)
    if found is None:
        return None
    name, rest = found[1], found[2].strip()
    single = re.fullmatch(r"=?\s*(\d[^=\s*]*)(?:=[^\s=]*)?", rest)
    if single:
        exact = rest.count("=") == 2 or not rest.startswith("=")
        return Requirement(normalised(name), f"=={single[1]}", group, path, line, exact or single[1].count(".") >= 2)
    return Requirement(normalised(name), rest[:100], group, path, line, bool(_EXACT.fullmatch(rest)))
