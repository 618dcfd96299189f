"""Tables whose rows belong to somebody, and which of them a route loads.

Names of columns that point to an owner, from common models of users, teams and tenants.
"""

import re
from functools import lru_cache

from fastreview.api import Class, Function, Project, Route
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.security.permissions import decides_inside, restricts_to_caller

OWNER = re.compile(
    r"^(?:owner|user|author|creator|created_by|customer|account|member)(?:_id|_uuid|_oid)?$", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"\{(?:\w*_)?(?:id|uuid|uid|oid|pk|slug|number|key)(?::\w+)?\}")
_STAFF = re.compile(r"admin|superuser|staff|manager|moderator|internal|backoffice", re.IGNORECASE)
_SHARED = re.compile(
    r"\b(?:shared|public|everybody|everyone|anyone|anybody|all users|any user|whoever|staff|administrators?|admins?|not owned|whole)\b",
    re.IGNORECASE,
)
REACH = 3


def loads_by_id(route: Route) -> bool:
    return _IDENTIFIER.search(route.path) is not None


def says_why_not(route: Route) -> bool:
    """Whether the endpoint or its module says that what it loads is for everybody."""
    endpoint = route.endpoint
    return endpoint is not None and any(
        _SHARED.search(t) for t in (endpoint.facts.docstring, endpoint.module.facts.docstring)
    )


def is_for_staff(route: Route) -> bool:
    """Whether the path or a guard of the route names those who see everybody's objects."""
    guards = [i for i in route.dependency_tree if not i.scheme]
    words = (word for i in guards for word in (i.name, *i.scopes, *i.words))
    return any(_STAFF.search(text) for text in (route.path, *words))


def owned_table(route: Route, project: Project) -> Class | None:
    """The table with an owner that the endpoint, or what it calls, mentions: what it loads belongs to somebody."""
    owned = _owned(project)
    if route.endpoint is None or not owned:
        return None
    for function in reached(route.endpoint, project, REACH):
        for name in function.mentioned:
            if name in owned:
                found = project.names.resolve(function, name)
                # ``models.Invoice`` is mentioned by its last part, which says nothing to the module itself.
                if found is owned[name] or found is None:
                    return owned[name]
    return None


def lists_for_all(route: Route, project: Project) -> bool:
    """Whether what a GET reads by its id also stands in a list that does not depend on who calls."""
    if route.method != "GET":
        return False
    parent, _, last = route.path.rstrip("/").rpartition("/")
    return last.startswith("{") and any(
        one.method == "GET"
        and one.path.rstrip("/") == parent
        and not (restricts_to_caller(one, project) or decides_inside(one, project))
        for one in route.app.routes
    )


@lru_cache(maxsize=1)
def _owned(project: Project) -> dict[str, Class]:
    return {
        table.cls.name: table.cls
        for table in project.tables
        if any(OWNER.match(name) for cls in table.cls.ancestry.project for name in cls.fields)
    }


def owner_column(cls: Class) -> str:
    return next(name for c in cls.ancestry.project for name in c.fields if OWNER.match(name))


def compares_owner(route: Route, table: Class, project: Project) -> bool:
    """Whether the functions that load it, or the endpoint, mention the owner's column beside the table."""
    if route.endpoint is None:
        return True
    return any(
        function is route.endpoint or table.name in function.mentioned
        for function in reached(route.endpoint, project, REACH)
        if _mentions_owner(function)
    )


def _mentions_owner(function: Function) -> bool:
    return any(OWNER.match(name) and name not in ("user", "account", "member") for name in function.mentioned)
