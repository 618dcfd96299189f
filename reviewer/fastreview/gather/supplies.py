"""Files, folders and statements of the scratch copy that an import needs otherwise than they are; the original stays."""

import ast
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fastreview.gather.keys import private_pem, public_pem
from fastreview.gather.rewriting import parenthesised

MAX_SOURCE_BYTES = 2_000_000
MAX_LISTED = 5_000
MAX_MODULES = 20_000
_OTHERS = frozenset(("node_modules", "site-packages", "dist-packages", "venv", "env"))

_TEMPLATE = re.compile(r"(?i)[._-]?(?:example|sample|template|tmpl|dist|default|defaults)\b")
_TO_BE_WRITTEN = frozenset((".log", ".db", ".sqlite", ".sqlite3", ".pid", ".lock"))
_KEY_BITS = 2048

_KEYS = frozenset((".pem", ".key", ".crt", ".pub"))
_EMPTY = {".json": "{}\n", ".yaml": "{}\n", ".yml": "{}\n"}
JWKS = '{"keys": []}'
"""A set of keys as RFC 7517 writes it, of none."""
_VERSIONS = """def __getattr__(name):
    if name in ("__path__", "__file__", "__all__", "__spec__", "__loader__", "__wrapped__"):
        raise AttributeError(name)
    return (0, 0, 0) if name.lower().strip("_").endswith("tuple") else "0.0.0"
"""
STAND_IN = "__import__('unittest.mock').mock.MagicMock()"
"""What stands for the result of a call to a service: it answers whatever is asked of it."""


def make_folder(copy: Path, below: str) -> bool:
    """Make the folder ``below`` the copy; False where it is there, or would be elsewhere."""
    folder = _inside(copy, below)
    if folder is None or folder.exists():
        return False
    try:
        folder.mkdir(parents=True)
    except OSError:
        return False
    return True


def make_path(copy: Path, below: str) -> str:
    """Make the file or folder that was not found; what was made, as a sentence, or "" where nothing can be."""
    path = _inside(copy, below)
    if path is None or path.exists() or path.is_symlink():
        return ""
    shown = path.relative_to(copy).as_posix()
    try:
        named_as_file = path.suffix or path.name.startswith(".")
        if path.suffix.lower() in _TO_BE_WRITTEN or not named_as_file:
            folder = path.parent if named_as_file else path
            if folder.exists():
                return ""
            folder.mkdir(parents=True)
            return f"the folder {folder.relative_to(copy).as_posix()} was made in the scratch copy"
        path.parent.mkdir(parents=True, exist_ok=True)
        template = _template(copy, path)
        if template is not None:
            path.write_bytes(template.read_bytes())
            return f"the file {shown} was copied from {template.relative_to(copy).as_posix()} in the scratch copy"
        path.write_text(_content(path.name), "utf-8")
    except OSError:
        return ""
    return f"the file {shown} was made up in the scratch copy"


def make_module(copy: Path, below: str) -> bool:
    """Write a module that a build would have generated: whatever is asked of it is a version."""
    path = _inside(copy, below)
    if path is None or path.exists() or path.is_symlink() or not path.parent.is_dir():
        return False
    try:
        path.write_text(_VERSIONS, "utf-8")
    except OSError:
        return False
    return True


def _inside(copy: Path, below: str) -> Path | None:
    path = Path(os.path.normpath(copy / below))
    if not path.is_relative_to(copy) or not Path(os.path.realpath(path.parent)).is_relative_to(copy.resolve()):
        return None
    return path


def _template(copy: Path, path: Path) -> Path | None:
    """A file that shows what ``path`` should hold: ``settings.example.json`` for ``settings.json``."""
    for candidate in _files_near(copy, path):
        if (
            candidate.name != path.name
            and _TEMPLATE.sub("", candidate.name) == path.name
            and candidate.stat().st_size < MAX_SOURCE_BYTES
        ):
            return candidate
    return None


def _files_near(copy: Path, path: Path) -> Iterator[Path]:
    seen = 0
    for folder in (path.parent, *path.parent.parents):
        if not folder.is_relative_to(copy):
            return
        for entry in sorted(folder.iterdir()):
            seen += 1
            if seen > MAX_LISTED:
                return
            if entry.is_file() and not entry.is_symlink():
                yield entry


def _content(name: str) -> str:
    suffix = os.path.splitext(name)[1].lower()
    if suffix in _KEYS:
        return public_pem() if "pub" in name.lower() else private_pem()
    return JWKS if "jwks" in name.lower() else _EMPTY.get(suffix, "")


def parenthesise(copy: Path) -> int:
    """Put parentheses where only Python 3.14 needs none, in the modules of the copy; how many were changed."""
    changed = 0
    for path in islice(_modules(copy), MAX_MODULES):
        try:
            if path.stat().st_size > MAX_SOURCE_BYTES:
                continue
            older = parenthesised(path.read_text("utf-8"))
            if older is not None:
                _write(path, older.encode())
                changed += 1
        except (OSError, ValueError):
            continue
    return changed


def _modules(copy: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(copy):
        folders[:] = sorted(name for name in folders if name not in _OTHERS and not name.startswith("."))
        yield from (Path(folder, name) for name in names if name.endswith(".py"))


def _write(path: Path, content: bytes) -> None:
    """The copy may hold a link to a large original: what is written must be a file of its own."""
    path.unlink()
    path.write_bytes(content)


def step_over(copy: Path, place: str) -> str:
    """Take out of the copy the statement at "path:line"; a sentence that says so, or "" where that cannot be done.

    A call whose result nobody keeps is left out, and so is a ``with`` block; a call whose result is assigned gives a
    stand-in. Lines keep their numbers.
    """
    below, _, number = place.rpartition(":")
    path = _inside(copy, below)
    if path is None or not number.isdigit() or not path.is_file() or path.stat().st_size > MAX_SOURCE_BYTES:
        return ""
    try:
        source = path.read_bytes()
        found = _statement(ast.parse(source), int(number))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    match found:
        case ast.Expr() | ast.With() | ast.AsyncWith():
            done, changed = "left out", _replaced(source, found, "pass")
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            # A stand-in has nothing to unpack.
            return ""
        case ast.Assign(value=value) | ast.AnnAssign(value=value) if isinstance(value, ast.Call | ast.Await):
            done, changed = "given a stand-in", _replaced(source, value, STAND_IN)
        case _:
            return ""
    try:
        ast.parse(changed)
        _write(path, changed)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return f"the statement at {place} cannot be carried out here and was {done} in the scratch copy"


def _statement(tree: ast.Module, line: int) -> ast.stmt | None:
    """The innermost statement that covers the line."""
    found: ast.stmt | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            inside = found is None or (node.lineno >= found.lineno and _end(node) <= _end(found))
            found = node if inside else found
    return found


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _replaced(source: bytes, part: ast.stmt | ast.expr, text: str) -> bytes:
    """The source with the node's text replaced and as many line ends kept as it had; offsets are those of bytes."""
    lines = source.splitlines(keepends=True)
    first, last = part.lineno - 1, (part.end_lineno or part.lineno) - 1
    mark = b"\xef\xbb\xbf" if first == 0 and source.startswith(b"\xef\xbb\xbf") else b""
    head = mark + lines[first].removeprefix(mark)[: part.col_offset]
    tail = lines[last].removeprefix(mark if last == 0 else b"")[part.end_col_offset or 0 :]
    if first == last:
        middle = text.encode() + tail
    elif isinstance(part, ast.stmt):
        middle = text.encode() + b"\n" * (last - first) + tail
    else:
        # Within parentheses an expression may run over lines.
        middle = b"(" + text.encode() + b"\n" * (last - first) + b")" + tail
    return b"".join((*lines[:first], head + middle, *lines[last + 1 :]))
