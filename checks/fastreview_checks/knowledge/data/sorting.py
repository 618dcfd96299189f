"""Parameters that order a list or leave parts of it out.

Sources: Google's AIP-132 (``order_by``), JSON:API (``sort``), fastapi-filter and fastapi-pagination's documentation.
"""

import re

from fastreview.api import Class, External, Input, Project, Route, syntax

_SORT = re.compile(
    r"^(?:order|ordering|ascending|descending)$|(?:^|_)(?:sort|sorts|sorting|sortby|order_by|orderby|order_direction)(?:$|_)"
)
_TYPED = frozenset(
    {
        "builtins.str", "builtins.int", "builtins.bool", "builtins.float", "uuid.UUID", "datetime.datetime", "datetime.date",
        "decimal.Decimal", "typing.Literal",
    }
)  # fmt: skip
_CHECKING = frozenset({"AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator", "Predicate"})
"""Markers whose function turns values away: Pydantic's, and annotated-types'."""


def is_sort(name: str) -> bool:
    """Whether a parameter of this name orders a list; in camel case too."""
    return _SORT.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) is not None


def is_typed(given: Input, project: Project) -> bool:
    """Whether FastAPI turns away what does not fit. A sort of plain text is typed only where a pattern, an enumeration or a
    validator bounds it."""
    markers = any(
        marker.method in _CHECKING or any(k.name in ("pattern", "regex", "enum") for k in marker.keywords)
        for marker in given.declared.markers
    )
    for node in syntax.walk(given.declared.expr):
        found = project.names.resolve(given.declared.code, node.name) if isinstance(node, syntax.Ref) else None
        if isinstance(found, Class) and any(base.startswith("enum.") for base in found.ancestry.external):
            return True
        if isinstance(found, External) and found.name in _TYPED:
            if found.name == "builtins.str" and is_sort(given.name):
                continue
            return True
    return markers


def sorts_in_library(route: Route) -> bool:
    """Whether a dependency of a filter library sorts: ``FilterDepends(ProductFilter)`` with its ``order_by``."""
    return any("Filter" in injected.name or "Sort" in injected.name for injected in route.dependency_tree)
