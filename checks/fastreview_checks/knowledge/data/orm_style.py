"""The older and the current way of using an ORM: how tables are declared, how queries are written.

Sources: SQLAlchemy's "What's New in 2.0" and migration guide, Tortoise's changelog (0.21 renamed ``pk`` and ``index``).
"""

import re
from collections.abc import Iterator, Sequence

from fastreview.api import CallSite, Code, External, Module, Place, Project, Subject, Table, syntax

_FIELD = re.compile(r"Field$")
_UNTYPED = "type checkers cannot tell the types of its attributes"
_RENAMED = {"pk": "primary_key", "index": "db_index"}


class OrmUse(Subject):
    """A table, or a function with queries; ``old`` is how it is written the older way, "" where it is current, ``new`` what to
    write instead and ``why`` what the older way costs."""

    unit = "use of the ORM"

    shown = False
    """Whether it stands for all of them where all are current: the first table."""

    def __init__(
        self, key: str, place: Place, *, old: str = "", new: str = "", why: str = "", declares: bool = False
    ) -> None:
        self._key = key
        self._place = place
        self.declares = declares
        self.old = old
        self.new = new
        self.why = why

    @property
    def key(self) -> str:
        return self._key

    @property
    def place(self) -> Place:
        return self._place

    @classmethod
    def all_of(cls, project: Project) -> Sequence["OrmUse"]:
        querying: dict[str, list[Code]] = {}
        for code in project.calling("query", "select", "exec"):
            querying.setdefault(code.module.path, []).append(code)
        found = tuple(
            use
            for module in project.service_modules
            for use in (*_tables(module, project), *_queries(querying.get(module.path, ()), project))
        )
        first = next((use for use in found if use.declares), None)
        if first is not None and not any(use.old for use in found):
            first.shown = True
        return found


def _tables(module: Module, project: Project) -> Iterator[OrmUse]:
    for model in project.models_in.get(module.path, ()):
        if isinstance(model, Table):
            yield _table(model, project)


def _queries(codes: Sequence[Code], project: Project) -> Iterator[OrmUse]:
    for code in codes:
        name = code.qualname or code.module.name
        old = [site for site in code.calls if _is_legacy_query(site, project)] if "query" in code.called else []
        if old:
            yield OrmUse(
                name,
                old[0].place,
                old="session.query(...)",
                new="session.scalars(select(...))",
                why="async sessions do not have it",
            )
        elif not {"select", "exec"}.isdisjoint(code.called):
            yield OrmUse(name, Place(code.module.path, code.line))


def _is_legacy_query(site: CallSite, project: Project) -> bool:
    if site.call.method != "query" or not site.call.args:
        return False
    target = project.values.target(site)
    if isinstance(target, External):
        return target.name.endswith(("Session.query", "scoped_session.query"))
    receiver = site.call.name.rpartition(".")[0].rpartition(".")[2].lower()
    return target is None and (receiver in ("db", "session") or receiver.endswith("session"))


def _table(table: Table, project: Project) -> OrmUse:
    place = Place(table.place.path, table.place.line)
    fields = [f for f in table.cls.facts.fields if isinstance(f.value, syntax.Call)]
    made = [f.value for f in fields if isinstance(f.value, syntax.Call)]
    if table.orm == "sqlalchemy":
        mapped = any("Mapped" in syntax.written(f.annotation, 60) for f in table.cls.facts.fields if f.annotated)
        if not mapped and any(call.method == "Column" for call in made):
            return OrmUse(table.name, place, old="Column(...)", new="Mapped[...] = mapped_column(...)", why=_UNTYPED)
    if table.orm == "tortoise":
        given = {k.name for call in made if _FIELD.search(call.method) for k in call.keywords}
        old = sorted(given & _RENAMED.keys())
        if old and not _is_before(project, "tortoise-orm", (0, 21)):
            renamed = f"{_RENAMED[old[-1]]}="
            return OrmUse(table.name, place, old=f"{old[-1]}=", new=renamed, why="the option has been renamed")
    return OrmUse(table.name, place, declares=True)


def _is_before(project: Project, package: str, version: tuple[int, int]) -> bool:
    """Whether the project is held at an older version of a package."""
    locked = [lock.packages[package] for lock in project.facts.files.locks if package in lock.packages]
    pinned = [r.specifier.lstrip("=~^ ") for r in project.facts.files.requirements if r.name == package and r.pinned]
    numbers = [tuple(int(n) for n in re.findall(r"\d+", text)[:2]) for text in (*locked, *pinned)]
    return any(found < version for found in numbers if found)
