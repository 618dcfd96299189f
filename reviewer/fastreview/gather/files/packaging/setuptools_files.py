"""What setup.cfg and setup.py ask for. The latter is read, never run."""

import ast
import re
from collections import deque

from fastreview.gather.files.packaging.declared import REQUIRED, Declared, add
from fastreview.gather.files.packaging.requirements_files import included
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.requirement_text import requirement

_REQUIREMENTS = re.compile(r"(?:requirements?|requires|deps|dependencies|install_requires)(?:/\w+)?\.(?:txt|in)")


def setup_cfg(reader: Reader, place: Place, declared: Declared) -> None:
    content = reader.text(place.path)
    if content is None:
        return
    parser = reader.ini(place.path, content)
    if parser is None:
        return
    if parser.has_section("options"):
        declared.a_project = True
        declared.wants(parser.get("options", "python_requires", fallback="") or "", REQUIRED)
        _ini_list(parser.get("options", "install_requires", fallback=""), "", content, place, declared, reader)
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            _ini_list(value, extra, content, place, declared, reader)


def _ini_list(value: str | None, group: str, content: str, place: Place, declared: Declared, reader: Reader) -> None:
    lines: dict[str, int] = {}
    for number, written in enumerate(content.split("\n"), 1):
        lines.setdefault(written.strip(), number)
    for line in (value or "").split("\n"):
        if line.strip().startswith("file:"):
            for name in line.partition(":")[2].split(","):
                included(reader, place, declared, name.strip(), group)
        elif line.strip() and not line.strip().startswith("#"):
            add(declared, requirement(line, group, place.path, lines.get(line.strip(), 1)))


def setup_py(reader: Reader, place: Place, declared: Declared) -> None:
    content = reader.text(place.path)
    if content is None or not re.search(r"\b(?:setuptools|distutils|skbuild)\b", content):
        return
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reader.report(place.path, f"broken Python: {error}")
        return
    known: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                known[name] = value
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup"), keywords=keywords):
                declared.a_project = True
                before = len(declared.requirements)
                for keyword in keywords:
                    _setup_keyword(keyword, known, place, declared)
                if len(declared.requirements) == before and any(k.arg == "install_requires" for k in keywords):
                    for name in _files_read(tree):
                        included(reader, place, declared, name, "")


def _files_read(tree: ast.Module) -> list[str]:
    """Files of requirements beside it that it names: what it reads them for is not known, but what they are called is."""
    named = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return list(dict.fromkeys(text for text in named if _REQUIREMENTS.fullmatch(text)))


def _setup_keyword(keyword: ast.keyword, known: dict[str, ast.expr], place: Place, declared: Declared) -> None:
    value = _resolved(keyword.value, known)
    match keyword.arg, value:
        case "python_requires", ast.Constant(value=str() as wanted):
            declared.wants(wanted, REQUIRED)
        case "install_requires", _:
            _literal_list(value, "", known, place, declared)
        case "tests_require", _:
            _literal_list(value, "test", known, place, declared)
        case "extras_require", ast.Dict(keys=keys, values=values):
            for key, members in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    _literal_list(_resolved(members, known), key.value, known, place, declared)


def _resolved(node: ast.expr, known: dict[str, ast.expr]) -> ast.expr:
    for _ in range(5):
        if isinstance(node, ast.Name) and node.id in known:
            node = known[node.id]
    return node


def _literal_list(node: ast.expr, group: str, known: dict[str, ast.expr], place: Place, declared: Declared) -> None:
    """The strings of a list, of lists added to one another, or unpacked into one; each named list once."""
    waiting, seen = deque([node]), set[int]()
    while waiting:
        current = _resolved(waiting.popleft(), known)
        if id(current) in seen:
            continue
        seen.add(id(current))
        match current:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                waiting += elements
            case ast.Starred(value=inner):
                waiting.append(inner)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                waiting += (left, right)
            case ast.Constant(value=str() as lines):
                for offset, line in enumerate(lines.split("\n")):
                    add(declared, requirement(line, group, place.path, current.lineno + offset))
