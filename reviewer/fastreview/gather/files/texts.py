"""README, LICENSE and the other files whose presence or headings matter."""

import re
from collections.abc import Sequence

from fastreview.facts.files import TextFile
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader

MAX_TEXTS = 80
MAX_CHARACTERS = 30_000
MAX_DOCS_CHARACTERS = 8_000
MAX_HEADINGS = 200

_KINDS = (
    (re.compile(r"readme(?:[._-].*)?"), "readme"),
    (re.compile(r"contributing(?:\..*)?|development\.\w+|hacking\.\w+"), "contributing"),
    (re.compile(r"licen[cs]e(?:[._-].*)?|copying(?:\..*)?|unlicense"), "license"),
    (
        re.compile(r"change[-_]?log(?:\..*)?|changes(?:\..*)?|history\.\w+|release[-_]?notes\.\w+|news\.\w+"),
        "changelog",
    ),
    (re.compile(r"security(?:\..*)?"), "security"),
    (re.compile(r"code[-_]of[-_]conduct(?:\..*)?"), "conduct"),
    (re.compile(r"codeowners"), "codeowners"),
)
_DOCS = re.compile(
    r"(?:.*[-_.])?(?:index|readme|deploy\w*|operat\w*|runbooks?|release\w*|rollbacks?|migrat\w*|install\w*|config\w*|setup|run\w*"
    r"|getting[-_]?started|quick[-_]?start|architecture|production|upgrad\w*|testing|docker|kubernetes)(?:[-_.].*)?"
)
_DOCS_FOLDERS = frozenset(("docs", "doc", "documentation", "handbook", "runbooks"))
_WRITTEN = (".md", ".rst", ".txt", ".adoc", ".markdown")
_KEPT = {"readme": MAX_CHARACTERS, "contributing": MAX_CHARACTERS, "docs": MAX_DOCS_CHARACTERS}
_LISTABLE = frozenset((*_DOCS_FOLDERS, ".github", ".gitlab"))


def texts(reader: Reader, candidates: Sequence[Place]) -> tuple[TextFile, ...]:
    found: list[TextFile] = []
    for place in candidates:
        kind = kind_of(place)
        if not kind or len(found) >= MAX_TEXTS:
            continue
        content = reader.text(place.path)
        if content is None:
            continue
        lines = content.count("\n") + (not content.endswith("\n") and bool(content))
        kept = content[: _KEPT.get(kind, 0)]
        found.append(TextFile(place.path, kind, headings(content), lines, kept))
    return tuple(found)


def kind_of(place: Place) -> str:
    """readme, contributing, license ..., or "" for what is none of them or stands too deep to be about the service."""
    folders = [folder.lower() for folder in place.folders]
    in_docs = bool(folders) and folders[0] in _DOCS_FOLDERS
    if place.depth > 3 or (place.depth > 1 and not in_docs):
        return ""
    if "." in place.name and not place.lower.endswith(_WRITTEN):
        return ""
    if place.depth == 0 or folders[-1] in _LISTABLE:
        for pattern, kind in _KINDS:
            if pattern.fullmatch(place.lower) and (not in_docs or kind != "readme"):
                return kind
    if in_docs and place.lower.endswith(_WRITTEN) and _DOCS.fullmatch(place.lower.rpartition(".")[0]):
        return "docs"
    return "readme" if place.depth == 1 and place.lower.startswith("readme.") else ""


def headings(content: str) -> tuple[str, ...]:
    """Headings of Markdown (``#`` and underlined), reStructuredText and AsciiDoc, outside code fences."""
    found: list[str] = []
    fence = ""
    previous = ""
    for line in content.split("\n"):
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            fence = "" if fence and stripped.startswith(fence) else fence or stripped[:3]
        elif not fence:
            if marked := re.match(r"(?:#{1,6}|={1,6})[ \t]+(.*)", line[:500]):
                found.append(marked[1].rstrip("# \t"))
            elif (
                re.fullmatch(r"([=\-~^\"'*+#])\1{2,}", stripped)
                and previous
                and not previous.startswith(("|", "-", "*"))
            ):
                found.append(previous)
            elif tagged := re.match(r"<h[1-6][^>]*>(.+?)</h[1-6]>", stripped, re.IGNORECASE):
                found.append(re.sub(r"<[^>]+>", "", tagged[1]))
        previous = stripped
        if len(found) >= MAX_HEADINGS:
            break
    return tuple(heading.strip()[:100] for heading in found if heading.strip())
