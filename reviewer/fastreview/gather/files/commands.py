"""How the service is started, and what the task runners know to do."""

import ast
import re
import shlex
from collections.abc import Iterator, Sequence

from fastreview.facts.files import Target
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import line_at, line_of, table, texts
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.yaml_tree import Tree

MAX_COMMANDS = 10_000
MAX_LINES = 400
MAX_LINE = 1_000
MAX_ASSIGNMENTS = 100
MAX_SCRIPTS = 80
MAX_NESTED_VARIABLES = 4
MAX_TARGETS = 3_000

Command = tuple[str, int, str]

_MAKE_TARGET = re.compile(r"([A-Za-z0-9_.%/$(){} -]+?)\s*::?(?!=)\s*([^#;=]*)(?:;\s*(.*?))?\s*(?:#.*)?")
_MAKE_VARIABLE = re.compile(r"^(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:::?|\?)?=[ \t]*([^#\n]*)", re.MULTILINE)
_MAKE_USE = re.compile(r"\$(?:\((\w+)\)|\{(\w+)\})")
_JUST_TARGET = re.compile(r"@?([A-Za-z_][\w-]*)(\s+[^:=]*)?:(?!=)\s*(.*?)\s*(?:#.*)?")
_SCRIPT_FOLDERS = frozenset(("scripts", "script", "bin", "ci", ".ci", "docker", "deploy", "deployment"))
_GUNICORN = frozenset(("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.config.py"))


def commands(reader: Reader, candidates: Sequence[Place]) -> tuple[tuple[Command, ...], tuple[Target, ...]]:
    """Command lines with their places, and the targets of task runners."""
    found: list[Command] = []
    targets: list[Target] = []
    scripts = 0
    for place in candidates:
        if len(found) >= MAX_COMMANDS or place.depth > 4:
            continue
        name = place.lower
        if name == "procfile" or name.startswith("procfile."):
            found += _procfile(reader, place)
        elif name in ("makefile", "gnumakefile") or name.endswith(".mk"):
            targets += _makefile(reader, place)
        elif name in ("justfile", ".justfile") or name.endswith(".just"):
            targets += _justfile(reader, place)
        elif re.fullmatch(r"taskfile(?:\.dist)?\.ya?ml", name):
            targets += _taskfile(reader, place)
        elif name == "tox.ini":
            targets += _tox(reader, place)
        elif name == "noxfile.py":
            targets += _nox(reader, place)
        elif name == "pyproject.toml" and place.depth <= 1:
            targets += _pyproject(reader, place)
        elif name == "pipfile":
            targets += [
                Target("pipenv", key, place.path, _line(reader, place.path, key), value)
                for key, value in _scripts(table(reader.toml(place.path), "scripts"))
            ]
        elif "supervisor" in name and name.endswith((".conf", ".ini")):
            found += _supervisor(reader, place)
        elif name.endswith(".service"):
            found += _systemd(reader, place)
        elif name in _GUNICORN:
            found += _gunicorn(reader, place)
        elif scripts < MAX_SCRIPTS and (lines := _script(reader, place)):
            scripts += 1
            found += lines
    kept = targets[:MAX_TARGETS]
    for target in kept:
        found += [(target.path, target.line, line) for line in target.run.split("\n") if line]
    return tuple(found[:MAX_COMMANDS]), tuple(kept)


def _line(reader: Reader, path: str, key: str) -> int:
    return line_of(reader.text(path) or "", rf"^[ \t]*[\"']?{re.escape(key)}[\"']?\s*[=:]")


def _numbered(content: str) -> Iterator[tuple[int, str]]:
    """Lines with continuation lines joined; the number is the first line's."""
    start, held = 0, ""
    for number, line in enumerate(content.split("\n"), 1):
        start = start or number
        if line.endswith("\\"):
            held += line[:-1].rstrip() + " "
            continue
        yield start, held + (line.strip() if held else line)
        start, held = 0, ""
    if held:
        yield start, held


def _procfile(reader: Reader, place: Place) -> list[Command]:
    found = re.finditer(r"^([\w-]+)\s*:\s*(\S.*)$", reader.text(place.path) or "", re.MULTILINE)
    return [(place.path, line_at(match.string, match.start()), match[0].strip()[:1_000]) for match in found]


def _script(reader: Reader, place: Place) -> list[Command]:
    """The command lines of a shell script: ``*.sh``, or a file without extension that starts with a shell's ``#!``."""
    named = place.lower.endswith((".sh", ".bash"))
    bare = "." not in place.name and (
        (bool(place.folders) and place.folders[-1].lower() in _SCRIPT_FOLDERS) or place.depth == 0
    )
    if not named and not bare:
        return []
    if not named and place.lower in (
        "license",
        "codeowners",
        "readme",
        "dockerfile",
        "makefile",
        "justfile",
        "pipfile",
    ):
        return []
    content = reader.text(place.path) if named else reader.glance(place.path)
    if content is None or (not named and not re.match(r"#!.*\b(?:ba|z|da|k)?sh\b", content)):
        return []
    found: list[Command] = []
    for number, written in _numbered(content):
        line = written.strip()
        if line and not line.startswith("#"):
            found.append((place.path, number, line[:1_000]))
        if len(found) >= MAX_LINES:
            break
    return found


def _makefile(reader: Reader, place: Place) -> Iterator[Target]:
    content = reader.text(place.path) or ""
    variables = {found[1]: found[2].strip()[:MAX_LINE] for found in _MAKE_VARIABLE.finditer(content)}
    names: list[str] = []
    needs: tuple[str, ...] = ()
    start, recipe = 0, list[str]()

    def finished() -> Iterator[Target]:
        for name in names:
            yield Target("make", name, place.path, start, "\n".join(recipe)[:8_000], needs)

    for number, line in _numbered(content):
        if line.startswith("\t"):
            command = line.strip().lstrip("@-+").strip()
            if command and not command.startswith("#"):
                recipe.append(_expanded(command, variables))
            continue
        found = _MAKE_TARGET.fullmatch(line.rstrip()[:MAX_LINE])
        if found is None or line.startswith((" ", "#")) or not found[1].strip():
            continue
        yield from finished()
        names = [name for name in found[1].split() if not name.startswith(".")]
        needs = tuple(found[2].replace("|", " ").split())[:50]
        start, recipe = number, [found[3]] if found[3] else []
    yield from finished()


def _expanded(command: str, variables: dict[str, str]) -> str:
    """A recipe's line with the makefile's own variables put in; others stay as written."""
    for _ in range(MAX_NESTED_VARIABLES):
        filled = _MAKE_USE.sub(lambda found: variables.get(found[1] or found[2], found[0]), command)
        if filled == command or len(filled) > MAX_LINE:
            break
        command = filled
    return command


def _justfile(reader: Reader, place: Place) -> Iterator[Target]:
    current: tuple[str, int, tuple[str, ...]] | None = None
    recipe: list[str] = []
    for number, line in _numbered(reader.text(place.path) or ""):
        if line[:1] in (" ", "\t"):
            command = line.strip().lstrip("@-").strip()
            if command and not command.startswith("#"):
                recipe.append(command)
            continue
        found = _JUST_TARGET.fullmatch(line.rstrip()[:MAX_LINE])
        if found is None or found[1] in ("set", "export", "alias", "import", "mod"):
            continue
        if current is not None:
            yield Target("just", current[0], place.path, current[1], "\n".join(recipe)[:8_000], current[2])
        needs = tuple(word.strip("()") for word in re.findall(r"\([^)]*\)|[\w:-]+", found[3]))
        current, recipe = (found[1], number, tuple(need.split()[0] for need in needs if need.split())), []
    if current is not None:
        yield Target("just", current[0], place.path, current[1], "\n".join(recipe)[:8_000], current[2])


def _taskfile(reader: Reader, place: Place) -> Iterator[Target]:
    for document in reader.yaml(place.path)[:1]:
        for name, task in document.get("tasks").items.items():
            lines: list[str] = []
            needs = [need.string() or need.get("task").string() for need in task.get("deps").each()]
            plain = task if task.kind != "map" else Tree(0)
            for command in (*plain.each(), *task.get("cmds").each(), *task.get("cmd").each()):
                lines += [command.string() or command.get("cmd").string()]
                needs.append(command.get("task").string())
            run = "\n".join(line.strip() for line in lines if line.strip())
            yield Target("task", name, place.path, task.line, run[:8_000], tuple(need for need in needs if need))


def _tox(reader: Reader, place: Place) -> Iterator[Target]:
    yield from _tox_targets(reader, place.path, reader.text(place.path) or "", 0)


def _tox_targets(reader: Reader, path: str, content: str, line: int) -> Iterator[Target]:
    """The ``testenv`` sections of tox's INI; ``line`` is where the text stands in another file, 0 in its own."""
    parser = reader.ini(path, content)
    if parser is None:
        return
    for section in parser.sections()[:MAX_TARGETS]:
        if section.startswith("testenv") and parser.has_option(section, "commands"):
            run = (parser.get(section, "commands") or "").replace("\\\n", " ").strip()
            at = line or line_of(content, rf"^\[{re.escape(section)}\]")
            yield Target("tox", section.removeprefix("testenv").lstrip(":"), path, at, run[:8_000])


def _nox(reader: Reader, place: Place) -> Iterator[Target]:
    """Sessions by name, with the literal arguments of ``session.run``."""
    try:
        tree = ast.parse(reader.text(place.path) or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reader.report(place.path, f"broken Python: {error}")
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(map(_is_session, node.decorator_list)):
            lines: list[str] = []
            for call in ast.walk(node):
                match call:
                    case ast.Call(func=ast.Attribute(attr="run" | "run_always" | "run_install"), args=arguments):
                        words = [str(a.value) for a in arguments if isinstance(a, ast.Constant)]
                        lines.append(shlex.join(words))
            yield Target("nox", node.name, place.path, node.lineno, "\n".join(lines)[:8_000])


def _is_session(decorator: ast.expr) -> bool:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return (isinstance(decorator, ast.Attribute) and decorator.attr == "session") or (
        isinstance(decorator, ast.Name) and decorator.id in ("session", "nox_session")
    )


def _pyproject(reader: Reader, place: Place) -> Iterator[Target]:
    tool = table(reader.toml(place.path), "tool")
    sections = [
        ("poe", table(tool, "poe", "tasks")),
        ("pdm", table(tool, "pdm", "scripts")),
        ("task", table(tool, "taskipy", "tasks")),
        ("rye", table(tool, "rye", "scripts")),
    ]
    sections += [("hatch", table(settings, "scripts")) for settings in table(tool, "hatch", "envs").values()]
    for runner, section in sections:
        for name, run in _scripts(section):
            yield Target(runner, name, place.path, _line(reader, place.path, name), run[:8_000])
    tox = table(tool, "tox")
    legacy = tox.get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield from _tox_targets(reader, place.path, legacy, _line(reader, place.path, "legacy_tox_ini"))
    for name, settings in [*table(tox, "env").items(), ("", table(tox, "env_run_base"))]:
        rows = table(settings).get("commands")
        lines = [shlex.join(texts(row)) for row in rows] if isinstance(rows, list) else []
        if lines:
            yield Target("tox", name, place.path, _line(reader, place.path, "commands"), "\n".join(lines)[:8_000])


def _scripts(section: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Scripts as a string, a list of strings, or a table with ``cmd``, ``shell``, ``sequence`` and the like."""
    for name, value in section.items():
        if isinstance(value, (str, list)):
            yield name, "\n".join(texts(value))
        for key in ("cmd", "shell", "script", "call", "sequence", "composite"):
            if lines := texts(table(value).get(key)):
                yield name, " ".join(lines) if key == "cmd" else "\n".join(lines)


def _supervisor(reader: Reader, place: Place) -> Iterator[Command]:
    for match in re.finditer(r"^command\s*=\s*(\S.*)$", reader.text(place.path) or "", re.MULTILINE):
        yield place.path, line_at(match.string, match.start()), match[1].strip()[:1_000]


def _systemd(reader: Reader, place: Place) -> Iterator[Command]:
    for match in re.finditer(r"^ExecStart\w*\s*=\s*-?(\S.*)$", reader.text(place.path) or "", re.MULTILINE):
        yield place.path, line_at(match.string, match.start()), match[1].strip()[:1_000]


def _gunicorn(reader: Reader, place: Place) -> Iterator[Command]:
    """Top-level assignments, as ``name = value`` with the value as written."""
    content = reader.text(place.path) or ""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reader.report(place.path, f"broken Python: {error}")
        return
    lines = content.split("\n")
    for node in tree.body[:MAX_ASSIGNMENTS]:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                written = _written(value, lines)
                yield place.path, node.lineno, f"{name} = {' '.join(written.split())[:500]}"


def _written(value: ast.expr, lines: list[str]) -> str:
    if value.end_lineno != value.lineno:
        return ast.unparse(value)
    line = lines[value.lineno - 1].encode()
    return line[value.col_offset : value.end_col_offset].decode(errors="replace")
