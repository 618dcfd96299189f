"""Migration environments and their revisions, read without importing or running any of them."""

import ast
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from fastreview.facts.files import MigrationFacts, Revision
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import line_at, table, text, texts
from fastreview.gather.files.reading import Reader

MAX_REVISIONS = 1_500
MAX_PYPROJECT_DEPTH = 2

_REVISION = re.compile(r"^(revision|down_revision|ID)\s*(?::[^=\n]+)?=\s*", re.MULTILINE)
_DATED_SQL = re.compile(r"(?:\d{8,14}|\d{4}[_-]\d\d[_-]\d\d(?:[_-]\d+)?)[_-].*\.sql$")
"""Plain SQL in the order of its dates: ``20240301_users.sql``, ``2024_03_01_users.sql``."""
_ONE_WAY = re.compile(r"\bRun(?:Python|SQL)\(\s*[\w.]+\s*,?\s*\)")
_DOWNGRADE = re.compile(r"^(?:async )?def (downgrade|rollback)\b", re.MULTILINE)


def migrations(reader: Reader, candidates: Sequence[Place]) -> tuple[MigrationFacts, ...]:
    """One entry per environment: Alembic by its ini file, pyproject table or ``versions`` folder, others by folder."""
    scripts: dict[str, list[Place]] = {}
    for place in candidates:
        if place.name.endswith((".py", ".sql")):
            scripts.setdefault(place.folder, []).append(place)
    found = [*_alembic(reader, candidates, scripts), *_others(reader, candidates, scripts)]
    return tuple(found)


def _alembic(reader: Reader, candidates: Sequence[Place], scripts: dict[str, list[Place]]) -> Iterator[MigrationFacts]:
    seen: set[str] = set()
    for place in candidates:
        for location, versions in _declared(reader, place):
            home = _existing(place, location, scripts)
            named = [_existing(place, version, scripts) for version in versions]
            folders = _folders(scripts, named or [posixpath.join(home, "versions")])
            if home not in seen and (folders or home in scripts):
                seen.update((home, *folders))
                yield from _environments(reader, home, [p for folder in folders for p in scripts[folder]])
    # Environments that code sets up without an ini file: env.py beside versions/.
    for folder in sorted(scripts):
        if any(place.name == "env.py" for place in scripts[folder]) and folder not in seen:
            folders = _folders(scripts, [posixpath.join(folder, "versions")])
            if folders:
                seen.update((folder, *folders))
                yield from _environments(reader, folder, [p for f in folders for p in scripts[f]])


def _folders(scripts: dict[str, list[Place]], parents: list[str]) -> list[str]:
    return sorted(folder for folder in scripts if any(_below(folder, parent) for parent in parents))


def _below(folder: str, parent: str) -> bool:
    return folder == parent or folder.startswith(parent.rstrip("/") + "/")


def _declared(reader: Reader, place: Place) -> Iterator[tuple[str, list[str]]]:
    """The script folder and the version folders that alembic.ini or ``[tool.alembic]`` names."""
    if re.fullmatch(r"alembic[\w.-]*\.ini", place.lower):
        content = reader.text(place.path)
        if content is None:
            return
        parser = reader.ini(place.path, content)
        if parser is None:
            return
        for section in parser.sections():
            location = parser.get(section, "script_location", fallback="") or ""
            versions = parser.get(section, "version_locations", fallback="") or ""
            versions = versions.replace("%(script_location)s", location)
            if location:
                yield location, [version for version in re.split(r"[\s,;]+", versions) if version]
    elif place.lower == "pyproject.toml" and place.depth <= MAX_PYPROJECT_DEPTH:
        settings = table(reader.toml(place.path), "tool", "alembic")
        location = text(settings.get("script_location"))
        if location:
            yield location, list(texts(settings.get("version_locations")))


def _existing(place: Place, location: str, scripts: dict[str, list[Place]]) -> str:
    """The folder that ``location`` means: Alembic resolves it from the working directory, ``package:folder`` by import.

    Which directory that is nobody knows, so the ini file's own folder and those above it are tried.
    """
    location = re.sub(r"%\(here\)s|%\(cwd\)s|\$\{?PWD\}?", ".", location.strip())
    package, colon, inside = location.partition(":")
    if colon and "/" not in package:
        location = f"{package.replace('.', '/')}/{inside}"
    base = place.folder
    while True:
        folder = posixpath.normpath(posixpath.join(base, location))
        if folder in scripts or any(_below(other, folder) for other in scripts):
            return folder
        if not base or base.endswith(".."):
            return posixpath.normpath(posixpath.join(place.folder, location))
        base = posixpath.dirname(base)


def _environments(reader: Reader, home: str, members: list[Place]) -> Iterator[MigrationFacts]:
    """One environment, or one for each version folder where their histories have nothing in common (per database)."""
    revisions: list[Revision] = []
    for place in members[:MAX_REVISIONS]:
        content = reader.text(place.path) if place.name.endswith(".py") else None
        revision = alembic_revision(place.path, content) if content else None
        if revision is not None:
            revisions.append(revision)
    histories = _histories(revisions)
    if len(histories) <= 1:
        yield _environment("alembic", home, revisions)
        return
    for folder, history in histories.items():
        yield _environment("alembic", folder, history)


def _histories(revisions: list[Revision]) -> dict[str, list[Revision]]:
    """Revisions by version folder; folders are one history when a revision's parent stands only in another one."""
    folders_of: dict[str, set[str]] = {}
    for revision in revisions:
        folders_of.setdefault(revision.id, set()).add(posixpath.dirname(revision.path))
    joined: dict[str, str] = {}

    def root(folder: str) -> str:
        while joined.get(folder, folder) != folder:
            folder = joined[folder]
        return folder

    for revision in revisions:
        own = posixpath.dirname(revision.path)
        for parent in revision.down:
            elsewhere = folders_of.get(parent, {own})
            if own not in elsewhere:
                joined[root(own)] = root(min(elsewhere))
    found: dict[str, list[Revision]] = {}
    for revision in revisions:
        found.setdefault(root(posixpath.dirname(revision.path)), []).append(revision)
    return found


def _environment(tool: str, folder: str, revisions: list[Revision]) -> MigrationFacts:
    parents = {parent for revision in revisions for parent in revision.down}
    heads = tuple(sorted({revision.id for revision in revisions if revision.id not in parents}))
    return MigrationFacts(tool, folder, tuple(revisions), heads)


def alembic_revision(path: str, content: str) -> Revision | None:
    """Reads only the few statements that matter: a project has hundreds of revisions, and parsing all costs seconds."""
    values: dict[str, tuple[str, ...]] = {}
    line = 1
    for found in islice(_REVISION.finditer(content), 10):
        values[found[1]] = _literal(content, found.end())
        if found[1] == "revision":
            line = line_at(content, found.start())
    own = values.get("revision")
    if not own:
        return None
    return Revision(path, own[0], values.get("down_revision", ()), has_downgrade(content), line)


def _literal(content: str, start: int) -> tuple[str, ...]:
    """The string, or strings of the tuple or list, that stands at ``start``; it may run over several lines."""
    lines = content[start : start + 5_000].split("\n")
    for count in range(1, min(len(lines), 40) + 1):
        try:
            value: object = ast.literal_eval("\n".join(lines[:count]).strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        members = value if isinstance(value, (tuple, list, set)) else (value,)
        return tuple(str(member) for member in members if member is not None)
    return ()


def has_downgrade(content: str) -> bool:
    """Whether ``downgrade`` does more than pass, return, log or raise."""
    found = _DOWNGRADE.search(content)
    if found is None:
        return False
    lines = content[found.start() :].split("\n")
    end = 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t)#"):
        end += 1
    try:
        function = ast.parse("\n".join(lines[:end])).body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
        return end > 3
    body = function.body if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    return any(not _is_nothing(statement) for statement in body)


def _is_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Raise() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()) | ast.Return(value=None | ast.Constant(value=None | "")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _others(reader: Reader, candidates: Sequence[Place], scripts: dict[str, list[Place]]) -> Iterator[MigrationFacts]:
    for place in candidates:
        if place.lower == "pyproject.toml" and place.depth <= MAX_PYPROJECT_DEPTH:
            aerich = table(reader.toml(place.path), "tool", "aerich")
            if aerich:
                home = _existing(place, text(aerich.get("location")) or "migrations", scripts)
                members = [p for f in sorted(scripts) if _below(f, home) for p in scripts[f]]
                yield _numbered(reader, "aerich", home, members, "upgrade")
        elif place.lower == "yoyo.ini":
            sources = re.search(r"^sources\s*=\s*(\S+)", reader.text(place.path) or "", re.MULTILINE)
            home = _existing(place, sources[1] if sources else "migrations", scripts)
            yield _numbered(reader, "yoyo", home, scripts.get(home, []), "step(")
    for folder in sorted(scripts):
        last = folder.rpartition("/")[2].lower()
        if last == "piccolo_migrations":
            yield _numbered(reader, "piccolo", folder, scripts[folder], "ID")
        elif last == "migrations":
            content = _first(reader, scripts[folder], lambda source: "Migration(" in source or "def migrate(" in source)
            if re.search(r"from tortoise\b.*\bimport|import tortoise", content) and "class Migration" in content:
                yield _numbered(reader, "tortoise", folder, scripts[folder], "class Migration")
            elif re.search(r"from django\.db\b.*\bimport\b.*\bmigrations\b", content) and "class Migration" in content:
                yield _numbered(reader, "django", folder, scripts[folder], "class Migration")
            elif re.search(r"def migrate\(migrator\b", content):
                yield _numbered(reader, "peewee", folder, scripts[folder], "def migrate")
            elif any(re.match(r"V\d+__", place.name) for place in scripts[folder]):
                yield _numbered(reader, "flyway", folder, scripts[folder], "")
            elif any(_DATED_SQL.match(place.name) for place in scripts[folder]) or _counts(scripts[folder]):
                yield _numbered(reader, "sql", folder, scripts[folder], "")
        elif "migrations" in folder.lower().split("/")[-2:-1] and _counts(scripts[folder]):
            yield _numbered(reader, "sql", folder, scripts[folder], "")


def _counts(members: list[Place]) -> bool:
    """Whether these are SQL files that count up: ``0001_orders.sql``, ``0002_payments.sql``."""
    numbers = {found[1] for place in members if (found := re.match(r"(\d{3,})[-_].*\.sql$", place.name))}
    return len(numbers) > 1


def _first(reader: Reader, members: list[Place], fits: Callable[[str], bool]) -> str:
    for place in members[:5]:
        if place.name.endswith(".py") and place.name not in ("__init__.py", "env.py"):
            content = reader.text(place.path) or ""
            if fits(content):
                return content
    return ""


def _numbered(reader: Reader, tool: str, folder: str, members: list[Place], mark: str) -> MigrationFacts:
    """Tools that run their files in the order of names: each revision's parent is the file before it."""
    revisions: list[Revision] = []
    names = {place.name for place in members}
    for place in sorted(members, key=lambda place: place.name)[:MAX_REVISIONS]:
        if place.name in ("__init__.py", "env.py") or place.name.endswith(".down.sql"):
            continue
        content = reader.text(place.path) or ""
        if mark not in content:
            continue
        name = place.name.rpartition(".")[0]
        down = (revisions[-1].id,) if revisions else ()
        undo = has_downgrade(content) or bool(re.search(r"-- migrate:down\s+\S|reversible|step\([^)]*,", content))
        undo = undo or (place.name.endswith(".up.sql") and f"{place.name[: -len('.up.sql')]}.down.sql" in names)
        # Django derives the way back, but for code that is given none.
        undo = undo or (tool == "django" and _ONE_WAY.search(content) is None)
        revisions.append(Revision(place.path, name, down, undo, 1))
    return MigrationFacts(tool, folder, tuple(revisions), (revisions[-1].id,) if revisions else ())
