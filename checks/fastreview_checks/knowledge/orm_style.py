"""The older and the current way of using an ORM: how tables are declared, how queries are written.

Sources: SQLAlchemy's "What's New in 2.0" and migration guide, Tortoise's changelog (0.21 renamed ``pk`` and ``index``).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import CallSite, External, Module, Place, Project, Table, syntax

_FIELD = re.compile(r"Field$")
_UNTYPED = "type checkers cannot tell the types of its attributes"
_RENAMED = {"pk": "primary_key", "index": "db_index"}


class Use(NamedTuple):
    """A table, or a function with queries; ``old`` is how it is written the older way, "" where it is current, and ``why`` what
    that costs."""

    place: Place
    what: str
    old: str
    new: str
    why: str = ""


def uses(module: Module, project: Project) -> Iterator[Use]:
    """Every table of ``module`` and every function of it that queries."""
    for model in project.models_in.get(module.path, ()):
        if isinstance(model, Table):
            yield _table(model, project)
    if not _queries(module):
        return
    for code in module.codes():
        old = [site for site in code.calls if _is_legacy_query(site, project)] if "query" in code.called else []
        if old:
            yield Use(
                old[0].place,
                f"`{code.qualname or module.name}`",
                "session.query(...)",
                "session.scalars(select(...))",
                "async sessions do not have it",
            )
        elif not {"select", "exec"}.isdisjoint(code.called):
            yield Use(Place(module.path, code.line), "", "", "")


def _queries(module: Module) -> bool:
    return any(not {"query", "select", "exec"}.isdisjoint(code.called) for code in module.codes())


def _is_legacy_query(site: CallSite, project: Project) -> bool:
    if site.call.method != "query" or not site.call.args:
        return False
    target = project.values.target(site)
    if isinstance(target, External):
        return target.name.endswith(("Session.query", "scoped_session.query"))
    receiver = site.call.name.rpartition(".")[0].rpartition(".")[2].lower()
    return target is None and (receiver in ("db", "session") or receiver.endswith("session"))


def _table(table: Table, project: Project) -> Use:
    fields = [f for f in table.cls.facts.fields if isinstance(f.value, syntax.Call)]
    made = [f.value for f in fields if isinstance(f.value, syntax.Call)]
    what = f"`{table.name}`"
    if table.orm == "sqlalchemy":
        mapped = any("Mapped" in syntax.written(f.annotation, 60) for f in table.cls.facts.fields if f.annotated)
        if not mapped and any(call.method == "Column" for call in made):
            return Use(table.place, what, "Column(...)", "Mapped[...] = mapped_column(...)", _UNTYPED)
    if table.orm == "tortoise":
        given = {k.name for call in made if _FIELD.search(call.method) for k in call.keywords}
        old = sorted(given & _RENAMED.keys())
        if old and not _is_before(project, "tortoise-orm", (0, 21)):
            return Use(table.place, what, f"{old[-1]}=", f"{_RENAMED[old[-1]]}=", "the option has been renamed")
    return Use(table.place, what, "", "")


def _is_before(project: Project, package: str, version: tuple[int, int]) -> bool:
    """Whether the project is held at an older version of a package."""
    locked = [lock.packages[package] for lock in project.facts.files.locks if package in lock.packages]
    pinned = [r.specifier.lstrip("=~^ ") for r in project.facts.files.requirements if r.name == package and r.pinned]
    numbers = [tuple(int(n) for n in re.findall(r"\d+", text)[:2]) for text in (*locked, *pinned)]
    return any(found < version for found in numbers if found)
