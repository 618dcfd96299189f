"""What revisions of Alembic destroy, tests that walk up and down them, and migrations without such a tool."""

import re

from fastreview.api import Code, Module, Place, Project, syntax
from fastreview_checks.knowledge.programs import served

_DROPPING = frozenset({"drop_column", "drop_table"})
_COMPARING = frozenset({"check", "compare_metadata", "produce_migrations"})
_ALTERING = re.compile(r"\s*alter\s+table\b", re.IGNORECASE)
_NOTE = re.compile(
    r"drop|delet|remov|los[et]|destruct|unused|obsolete|replac|move|rename|no longer|deprecat|clean|irrevers|data",
    re.IGNORECASE,
)


def destructive(project: Project) -> list[Place]:
    """Where upgrades drop columns or tables, and neither the docstring nor the name of the revision says so."""
    found = []
    for module in project.modules:
        if (
            module.kind != "migration"
            or _NOTE.search(module.facts.docstring)
            or _NOTE.search(module.path.rpartition("/")[2])
        ):
            continue
        for code in module.functions:
            if code.name == "upgrade" and not _DROPPING.isdisjoint(code.called):
                found += [site.place for site in code.calls if site.call.method in _DROPPING][:1]
    return found


def stairway(project: Project) -> bool:
    """Whether a test upgrades and downgrades, or asks Alembic whether tables and revisions agree."""
    for module in project.modules:
        if module.kind == "test" and any("alembic" in i.module for i in module.facts.imports):
            # Own wrappers may be handed to a thread: run_in_thread(alembic_downgrade, revision).
            named = {name.removeprefix("alembic_") for code in _codes(module) for name in code.mentioned}
            called = {name for code in _codes(module) for name in code.called}
            if {"upgrade", "downgrade"} <= named | called or called & _COMPARING:
                return True
    return any(requirement.name == "pytest-alembic" for requirement in project.facts.files.requirements)


def _codes(module: Module) -> tuple[Code, ...]:
    return tuple(module.codes())


def written_by_hand(project: Project) -> Place | None:
    """Where the service alters tables that exist without a tool for migrations: a module of migrations that the app imports,
    with ``ALTER TABLE`` in it. A script that somebody has to run once is none."""
    for module in project.modules:
        if "migrat" in module.path.lower() and module.path in served(project):
            for code in module.codes():
                for site in code.calls:
                    given = site.call.args[0] if site.call.args else None
                    beginning = given.parts[0] if isinstance(given, syntax.Text) and given.parts else given
                    if isinstance(beginning, str) and _ALTERING.match(beginning):
                        return site.place
    return None
