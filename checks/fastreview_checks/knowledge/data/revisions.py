"""What revisions of Alembic destroy, and tests that walk up and down them."""

import re

from fastreview.api import Code, Module, Place, Project

_DROPPING = frozenset({"drop_column", "drop_table"})
_COMPARING = frozenset({"check", "compare_metadata", "produce_migrations"})
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
