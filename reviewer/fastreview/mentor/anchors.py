"""What a note is about: from the words of whoever writes it to an `Anchor`, and from an anchor to where it stands now."""

import ast
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from msgspec import Struct

from fastreview.errors import UsageError
from fastreview.gather.discovery import discover
from fastreview.gather.source import read
from fastreview.mentor.numbers import in_full
from fastreview.mentor.records import Anchor
from fastreview.review import Excerpt, FindingEntry, Review, RouteEntry, StrengthEntry

State = Literal["here", "changed", "moved", "gone"]
SHOWN_LINES = 6
SHOWN_CHOICES = 6

_ROUTE = re.compile(r"([A-Za-z]{2,7})\s+(/\S*)")
_FINGERPRINT = re.compile(r"[0-9a-f]{4,16}")
_CHECK = re.compile(r"[A-Za-z]{3}\d{3}")
_LINE = re.compile(r"(?s)(.+):(\d{1,7})")


class Definition(Struct, frozen=True):
    """A function or class; ``excerpt`` is a digest of what it says, its name and layout aside."""

    path: str
    name: str
    line: int
    end_line: int
    excerpt: str


class Standing(Struct, frozen=True):
    """Where an anchor is found. ``gone``: nothing there is recognised any more, and ``path`` is where it was."""

    state: State
    path: str
    line: int = 0
    title: str = ""


class Sources:
    """The Python files of a project, read when they are asked for. Nothing raises for what a file holds."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        found = discover(root, exclude)
        self.root = found.root
        self.python = found.python
        self.listing = frozenset(found.listing)
        self._known: dict[str, tuple[Definition, ...]] = {}

    def text(self, path: str) -> str:
        """Of a file of the project; "" where there is none or it cannot be read."""
        data = read(self.root, path) if path in self.listing else b""
        return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""

    def definitions(self, path: str) -> tuple[Definition, ...]:
        if path not in self._known:
            try:
                self._known[path] = tuple(_definitions(path, self.text(path)))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._known[path] = ()
        return self._known[path]

    def around(self, path: str, line: int) -> Definition | None:
        """The innermost function or class at a line."""
        inside = [found for found in self.definitions(path) if found.line <= line <= found.end_line]
        return max(inside, key=lambda found: found.line, default=None)

    @cached_property
    def everything(self) -> tuple[Definition, ...]:
        return tuple(found for path in self.python for found in self.definitions(path))

    def excerpt(self, path: str, line: int) -> Excerpt | None:
        """The first lines of what stands there now."""
        lines = self.text(path).split("\n")
        if not line or line > len(lines):
            return None
        found = self.around(path, line)
        last = min(found.end_line if found else line + 2, line + SHOWN_LINES - 1)
        return Excerpt(line, tuple(lines[line - 1 : last]), "python" if path.endswith(".py") else "text")


def anchor(words: str, review: Review, sources: Sources) -> Anchor:
    """What ``words`` name: a number of a finding that the session saw, a check, a route, a file, a place in one, or a
    qualified name.

    Raises:
        UsageError: when they name nothing, or more than one thing; the message lists what is near.
    """
    words = in_full(words.strip(), review)
    if route := _ROUTE.fullmatch(words):
        return _of_route(_one_route(f"{route[1].upper()} {route[2]}", review), sources)
    if _FINGERPRINT.fullmatch(words) and (found := [f for f in review.findings if f.fingerprint.startswith(words)]):
        return of_finding(_one_finding(words, found), sources)
    if _CHECK.fullmatch(words):
        return _of_check(words.upper(), review, sources)
    path, _, line = words.rpartition(":") if _LINE.fullmatch(words) else (words, "", "")
    path = path.removeprefix("./")
    if path in sources.listing:
        definition = sources.around(path, int(line)) if line else None
        return _of_code(definition) if definition else Anchor("file", path=path)
    return _of_code(_one_definition(words, sources))


def of_finding(finding: FindingEntry, sources: Sources) -> Anchor:
    around = sources.around(finding.path, finding.line)
    return Anchor(
        "finding",
        check=finding.check,
        fingerprint=finding.fingerprint,
        subject=finding.subject,
        path=finding.path,
        name=around.name if around else "",
        excerpt=around.excerpt if around else "",
    )


def finding_named(words: str, review: Review) -> FindingEntry:
    """The open finding with that number or, where it is the only one, that check.

    Raises:
        UsageError: when there is none, or more than one.
    """
    words = words.strip()
    if _CHECK.fullmatch(words):
        return _one_finding(words, [f for f in review.findings if f.check == words.upper()])
    return _one_finding(words, [f for f in review.findings if f.fingerprint.startswith(words.lower())])


def standing(anchor: Anchor, review: Review, sources: Sources) -> Standing:
    """Where the anchor stands in the reviewed code."""
    match anchor.kind:
        case "finding":
            return _finding_now(anchor, review, sources)
        case "strength":
            strength = next((s for s in review.strengths if _is(anchor, s)), None)
            return (
                Standing("here", strength.path, strength.line, strength.message)
                if strength
                else Standing("gone", anchor.path)
            )
        case "route":
            return _route_now(anchor, review, sources)
        case "code":
            return _code_now(anchor, sources)
        case "file":
            return Standing("here" if anchor.path in sources.listing else "gone", anchor.path)


def _finding_now(anchor: Anchor, review: Review, sources: Sources) -> Standing:
    found = next((f for f in review.findings if f.fingerprint == anchor.fingerprint), None)
    if found:
        return Standing("here", found.path, found.line, found.message)
    alike = [f for f in review.findings if f.check == anchor.check]
    # A route or function that was renamed keeps what it says, one that was edited its name.
    for other in alike:
        around = sources.around(other.path, other.line)
        if other.subject == anchor.subject or (anchor.excerpt and around and around.excerpt == anchor.excerpt):
            return Standing("moved", other.path, other.line, other.message)
    if anchor.name:
        now = _code_now(anchor, sources)
        return Standing("gone", now.path, now.line)
    return Standing("gone", anchor.path)


def _route_now(anchor: Anchor, review: Review, sources: Sources) -> Standing:
    by_key = {f"{route.method} {route.path}": route for route in review.routes}
    if route := by_key.get(anchor.route):
        around = _endpoint(route, sources)
        changed = bool(anchor.excerpt and around and around.excerpt != anchor.excerpt)
        return Standing("changed" if changed else "here", route.path_file, route.line, anchor.route)
    renamed = [key for key, route in by_key.items() if route.endpoint == anchor.subject]
    if len(renamed) == 1:
        route = by_key[renamed[0]]
        return Standing("moved", route.path_file, route.line, renamed[0])
    moved = [d for d in sources.everything if anchor.excerpt and d.excerpt == anchor.excerpt]
    if len(moved) == 1:
        return Standing("moved", moved[0].path, moved[0].line, moved[0].name)
    return Standing("gone", anchor.path)


def _code_now(anchor: Anchor, sources: Sources) -> Standing:
    if found := next((d for d in sources.definitions(anchor.path) if d.name == anchor.name), None):
        return Standing("here" if found.excerpt == anchor.excerpt else "changed", found.path, found.line, found.name)
    same = [d for d in sources.everything if d.excerpt == anchor.excerpt]
    chosen = same if len(same) == 1 else [d for d in sources.everything if d.name == anchor.name]
    if len(chosen) == 1:
        return Standing("moved", chosen[0].path, chosen[0].line, chosen[0].name)
    return Standing("gone", anchor.path)


def _is(anchor: Anchor, strength: StrengthEntry) -> bool:
    return strength.check == anchor.check and strength.subject == anchor.subject


def _one_route(key: str, review: Review) -> RouteEntry:
    for route in review.routes:
        if f"{route.method} {route.path}" == key:
            return route
    near = get_close_matches(
        key, [f"{route.method} {route.path}" for route in review.routes], SHOWN_CHOICES, cutoff=0.5
    )
    raise UsageError(f'There is no route "{key}".{_near(near)}')


def _of_route(route: RouteEntry, sources: Sources) -> Anchor:
    around = _endpoint(route, sources)
    return Anchor(
        "route",
        route=f"{route.method} {route.path}",
        subject=route.endpoint,
        path=route.path_file,
        name=around.name if around else "",
        excerpt=around.excerpt if around else "",
    )


def _endpoint(route: RouteEntry, sources: Sources) -> Definition | None:
    return sources.around(route.path_file, route.line) or next(
        (d for d in sources.definitions(route.path_file) if route.endpoint.endswith(f".{d.name}")), None
    )


def _one_finding(words: str, found: Sequence[FindingEntry]) -> FindingEntry:
    if not found:
        raise UsageError(f'There is no finding "{words}". `fastreview mentor review` lists them with their numbers.')
    if len(found) > 1:
        near = [f"{f.fingerprint[:8]} ({_at(f.path, f.line)})" for f in found]
        raise UsageError(f'"{words}" names {len(found)} findings. Use a number:{_near(near, "")}')
    return found[0]


def _of_check(code: str, review: Review, sources: Sources) -> Anchor:
    found = [f for f in review.findings if f.check == code]
    if found:
        return of_finding(_one_finding(code, found), sources)
    strengths = [s for s in review.strengths if s.check == code]
    if not strengths:
        raise UsageError(f"Nothing is reported by {code} here, neither a finding nor a strength.")
    first = strengths[0]
    return Anchor("strength", check=code, subject=first.subject, path=first.path)


def _of_code(found: Definition) -> Anchor:
    return Anchor("code", path=found.path, name=found.name, excerpt=found.excerpt)


def _one_definition(words: str, sources: Sources) -> Definition:
    found = [d for d in sources.everything if words in (d.name, dotted(d))]
    found = found or [d for d in sources.everything if dotted(d).endswith(f".{words}")]
    if not found:
        raise UsageError(
            f'"{words}" names no finding, route, file or function here. Write a number, "GET /path", a file, FILE:LINE '
            "or module.function."
        )
    if len(found) > 1:
        near = [dotted(d) for d in found]
        raise UsageError(f'"{words}" names {len(found)} places. Say which:{_near(near, "")}')
    return found[0]


def dotted(found: Definition) -> str:
    module = found.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{module}.{found.name}"


def _at(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path or "whole project"


def _near(names: Sequence[str], start: str = " Near: ") -> str:
    more = f" and {len(names) - SHOWN_CHOICES} more" if len(names) > SHOWN_CHOICES else ""
    return f"{start or ' '}{', '.join(names[:SHOWN_CHOICES])}{more}." if names else ""


def _definitions(path: str, text: str) -> Iterator[Definition]:
    def walk(body: Sequence[ast.stmt], outer: str) -> Iterator[Definition]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{outer}{node.name}"
                yield Definition(path, name, _first_line(node), node.end_lineno or node.lineno, _said(node))
                yield from walk(node.body, f"{name}.")
            elif isinstance(node, ast.If | ast.Try | ast.With):
                yield from walk(node.body, outer)

    return walk(ast.parse(text).body, "")


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _said(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """Body and parameters, without name, decorators (a route's path) and layout."""
    parts: list[ast.AST] = list(node.body)
    parts += node.bases if isinstance(node, ast.ClassDef) else [node.args]
    text = type(node).__name__ + "".join(ast.dump(part) for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
