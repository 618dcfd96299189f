"""Coverage data that earlier runs left: ``.coverage``, ``coverage.xml``, ``coverage.json`` and ``lcov.info``.

It is believed where it is no older than the newest source file, and named and not used otherwise.
"""

import ast
import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from fastreview.facts.source import ModuleFacts
from fastreview.facts.tests import CoverageFacts, FileCoverage
from fastreview.gather.tests import COVERAGE_FILES

MAX_BYTES = 100_000_000
MAX_SOURCE_BYTES = 2_000_000

_CLASS = re.compile(rb'<class\b[^>]*\bfilename="([^"]{1,500})"[^>]*>(.*?)</class>', re.DOTALL)
_SOURCE = re.compile(rb"<source>([^<]{0,1000})</source>")
_LINE = re.compile(rb"<line\b([^>]*)/?>")
_ATTRIBUTE = re.compile(rb'\b(number|hits|condition-coverage)="([^"]*)"')
_NOT_COVERED = re.compile(r"#\s*pragma:\s*no\s?cover")
_CONDITION = re.compile(rb"\((\d+)/(\d+)\)")


class Existing(Struct, frozen=True):
    coverage: CoverageFacts | None = None
    stale: tuple[str, ...] = ()


def existing_coverage(root: Path, modules: Sequence[ModuleFacts]) -> Existing:
    """The first file that is fresh and understood; with what was there and not used."""
    stale: list[str] = []
    paths = {module.path for module in modules}
    for name in COVERAGE_FILES:
        path = root / name
        try:
            status = os.lstat(path)
        except OSError:
            continue
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            stale.append(f"{name} is not a plain file of bounded size")
            continue
        if newer := _changed_since(root, paths, status.st_mtime_ns):
            stale.append(f"{name} is older than {newer}")
            continue
        try:
            files, branch = _READERS[name.rpartition(".")[2] if name != ".coverage" else name](path, root, paths)
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error, msgspec.MsgspecError, RecursionError) as error:
            stale.append(f"{name} cannot be read: {type(error).__name__}")
            continue
        if files:
            return Existing(CoverageFacts(name, tuple(files), branch), tuple(stale))
        stale.append(f"{name} knows no file of the project")
    return Existing(stale=tuple(stale))


def _changed_since(root: Path, paths: Iterable[str], moment: int) -> str:
    """The first source file that is newer, or ""."""
    for path in sorted(paths):
        try:
            if os.stat(root / path).st_mtime_ns > moment:
                return path
        except OSError:
            continue
    return ""


def _place(name: str, root: Path, paths: set[str], starts: Sequence[str] = ()) -> str:
    """The reviewed file that a coverage file means, or "": reports name files as seen from where they were measured."""
    name = name.replace("\\", "/")
    if name.startswith(f"{root}/"):
        name = name[len(str(root)) + 1 :]
    candidates = [name, *(f"{start.rstrip('/')}/{name}" for start in starts)]
    for candidate in candidates:
        inner = candidate.removeprefix(f"{root}/").removeprefix("./")
        if inner in paths:
            return inner
    # Measured elsewhere (a container, a build machine): the only file with this ending.
    ending = [path for path in paths if name.endswith(f"/{path}") or path.endswith(f"/{name}")]
    return ending[0] if len(ending) == 1 else ""


class _JsonFile(Struct):
    executed_lines: tuple[int, ...] = ()
    missing_lines: tuple[int, ...] = ()
    executed_branches: tuple[tuple[int, int], ...] = ()
    missing_branches: tuple[tuple[int, int], ...] = ()


class _Json(Struct):
    files: dict[str, _JsonFile]


Read = tuple[list[FileCoverage], bool]


def _json(path: Path, root: Path, paths: set[str]) -> Read:
    report = msgspec.json.decode(path.read_bytes(), type=_Json)
    found = [
        FileCoverage(
            place,
            file.executed_lines,
            file.missing_lines,
            len(file.executed_branches) + len(file.missing_branches),
            len(file.executed_branches),
            file.missing_branches,
        )
        for name, file in sorted(report.files.items())
        if (place := _place(name, root, paths))
    ]
    return found, any(file.branches for file in found)


def _xml(path: Path, root: Path, paths: set[str]) -> Read:
    """Read by pattern: an XML parser would follow what the file declares."""
    data = path.read_bytes()
    starts = [text.decode("utf-8", "replace") for text in _SOURCE.findall(data)[:20]]
    found: list[FileCoverage] = []
    for name, inner in _CLASS.findall(data):
        place = _place(name.decode("utf-8", "replace"), root, paths, starts)
        if not place:
            continue
        executed, missing, branches, taken = list[int](), list[int](), 0, 0
        for attributes in _LINE.findall(inner):
            known: Mapping[bytes, bytes] = dict(_ATTRIBUTE.findall(attributes))
            (executed if int(known[b"hits"]) else missing).append(int(known[b"number"]))
            if condition := _CONDITION.search(known.get(b"condition-coverage", b"")):
                taken, branches = taken + int(condition[1]), branches + int(condition[2])
        found.append(FileCoverage(place, tuple(sorted(executed)), tuple(sorted(missing)), branches, taken))
    return found, any(file.branches for file in found)


def _lcov(path: Path, root: Path, paths: set[str]) -> Read:
    found: list[FileCoverage] = []
    place, executed, missing, branches, taken = "", list[int](), list[int](), 0, 0
    for line in path.read_text("utf-8", "replace").splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            place, executed, missing, branches, taken = _place(rest, root, paths), [], [], 0, 0
        elif kind == "DA":
            number, hits = rest.split(",")[:2]
            (executed if int(hits) else missing).append(int(number))
        elif kind == "BRDA":
            branches, taken = branches + 1, taken + (rest.rpartition(",")[2] not in ("-", "0"))
        elif kind == "end_of_record" and place:
            found.append(FileCoverage(place, tuple(sorted(executed)), tuple(sorted(missing)), branches, taken))
    return found, any(file.branches for file in found)


def _data(path: Path, root: Path, paths: set[str]) -> Read:
    """The database of coverage.py says which lines were executed; which could have been, the source says."""
    lines: dict[str, set[int]] = {}
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as database:
        names = {int(number): str(name) for number, name in database.execute("select id, path from file limit 20000")}
        places = {number: place for number, name in names.items() if (place := _place(name, root, paths))}
        for number, bits in database.execute("select file_id, numbits from line_bits"):
            if number in places and isinstance(bits, bytes):
                found = {byte * 8 + bit for byte, value in enumerate(bits) for bit in range(8) if value >> bit & 1}
                lines.setdefault(places[number], set()).update(found)
        for number, first, last in database.execute("select distinct file_id, fromno, tono from arc"):
            if number in places:
                lines.setdefault(places[number], set()).update(line for line in (int(first), int(last)) if line > 0)
    files = [file for place, executed in sorted(lines.items()) if (file := _of_source(root / place, place, executed))]
    return files, False


def _of_source(path: Path, place: str, executed: set[int]) -> FileCoverage | None:
    """Statements by their first lines, as coverage.py counts them; what is marked as not to be covered apart."""
    if path.stat().st_size > MAX_SOURCE_BYTES:
        return None
    source = path.read_text("utf-8", "replace")
    marked = {number for number, line in enumerate(source.splitlines(), 1) if _NOT_COVERED.search(line)}
    statement: dict[int, int] = {}
    excluded: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or isinstance(node, ast.Global | ast.Nonlocal):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if node.lineno in marked:
            excluded.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        # Walked from the outside in: the innermost statement that covers a line has the last word.
        statement |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node.lineno)
    wanted = set(statement.values()) - excluded
    reached = {statement[line] for line in executed if line in statement} & wanted
    return FileCoverage(place, tuple(sorted(reached)), tuple(sorted(wanted - reached)))


_READERS: dict[str, Callable[[Path, Path, set[str]], Read]] = {
    "json": _json,
    "xml": _xml,
    "info": _lcov,
    "lcov": _lcov,
    ".coverage": _data,
}
