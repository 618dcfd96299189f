"""Fields that the server decides on, in bodies of requests.

Source: OWASP API Security Top 10 (API3:2023, broken object property level authorization, formerly mass assignment).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Function, Input, Project, Route, classes_of, fields_of, syntax
from fastreview_checks.knowledge.core.handing import handed_to

IDS = frozenset({"id", "_id", "pk"})
TIMES = frozenset({"created_at", "updated_at", "createdAt", "updatedAt", "deleted_at", "date_created", "date_updated"})
OWNERS = frozenset({"owner_id", "ownerId", "owner", "created_by", "created_by_id", "author_id", "creator_id"})
RIGHTS = frozenset(
    {"is_admin", "is_superuser", "is_staff", "isAdmin", "is_super_admin", "role", "roles", "permissions"}
)
HASHES = frozenset({"hashed_password", "password_hash", "hash_password", "passwordHash"})

_PEOPLE = re.compile(r"user|account|member|regist|sign.?up|profile|admin|auth|employee|staff|customer", re.IGNORECASE)
"""Where ``role`` is a right and not, say, the author of a chat message."""
_PRIVILEGED = re.compile(
    r"admin|super|staff|permi|privileg|role|scope|rbac|acl|policy|require|authoriz|owner|can_|manage|internal|service_token",
    re.IGNORECASE,
)
_CREATES = re.compile(
    r"^(?:async_)?(?:api_)?(?:create|add|new|insert|register|sign_?up|post|store|save|place|record)(?:_|$|[A-Z])"
)
_UUIDS = frozenset({"UUID", "UUID4", "UUID7", "uuid4"})
_DEPTH = 2
_DUMPS = frozenset({"model_dump", "dict", "model_copy", "copy", "json", "model_dump_json"})


class Taken(NamedTuple):
    """A field of the body that the server should decide on. ``why`` completes "so a client "."""

    field: Input
    cls: Class
    why: str
    surely: bool


def taken_fields(route: Route, project: Project) -> tuple[Taken, ...]:
    """Server-owned fields that ``route`` takes over from the client."""
    return tuple(
        taken
        for given, cls in bodies(route, project)
        for field in fields_of(cls)
        if (taken := _judged(field, cls, route)) is not None
        and _goes_in(route.endpoint, given.name, field.name, project)
    )


def bodies(route: Route, project: Project) -> tuple[tuple[Input, Class], ...]:
    """Parameters that are one model each; of lists, the rows must say which they mean."""
    known = _models(project)
    return tuple(
        (given, cls)
        for given in route.inputs
        if isinstance(given.declared.expr, syntax.Ref)
        for cls in classes_of(given.declared)
        if id(cls) in known
    )


@lru_cache(maxsize=1)
def _models(project: Project) -> frozenset[int]:
    return frozenset(id(model.cls) for model in (*project.schemas, *project.tables))


def _judged(field: Input, cls: Class, route: Route) -> Taken | None:
    name = field.name
    if _is_fixed(field):
        return None
    if name in HASHES:
        return Taken(field, cls, "can set a password past every rule for passwords", True)
    if name in TIMES:
        return Taken(
            field,
            cls,
            "can date a record as it likes",
            route.method == "PATCH" or (route.method == "POST" and name[0] != "c"),
        )
    if name in IDS and (creates(route) or (route.method != "POST" and route.path.endswith("}"))):
        return Taken(
            field, cls, "can choose or change the id of a record", route.method != "PUT" and _is_ours(field, cls, route)
        )
    if name in OWNERS and route.security and not is_privileged(route):
        return Taken(field, cls, "can act in the name of another user", name.endswith(("_id", "Id")))
    if name in RIGHTS and _PEOPLE.search(f"{route.path} {cls.name}") and not is_privileged(route):
        return Taken(field, cls, "can give itself rights", True)
    return None


def _is_ours(field: Input, cls: Class, route: Route) -> bool:
    """Whether an id is one that the server makes: a number or a UUID of the thing itself, or a field that the request shares
    with the answer. Names that clients choose and keys of something else are strings, or stand below another thing."""
    words = {node.last for node in syntax.walk(field.declared.expr) if isinstance(node, syntax.Ref)}
    if not words.isdisjoint(_UUIDS) and not isinstance(field.default, syntax.Missing):
        # Clients that make their own keys can send a request again: a choice; and a table may leave it out by itself.
        return False
    if field.name not in cls.fields:
        return any(field.name in c.fields for answer in route.answer_classes for c in answer.ancestry.project)
    return not words.isdisjoint({"int", "PyObjectId", "ObjectId"} | _UUIDS) and (
        route.method != "POST" or "{" not in route.path
    )


def _is_fixed(field: Input) -> bool:
    """Whether clients cannot fill the field: a constant, or one that is left out or only set by the code."""
    if isinstance(field.declared.expr, syntax.Subscript):
        kind = field.declared.expr.value
        if isinstance(kind, syntax.Ref) and kind.last in ("Literal", "ClassVar"):
            return True
    words = {
        keyword.name for marker in field.declared.markers for keyword in marker.keywords if keyword.value is not False
    }
    return not words.isdisjoint({"init_var", "exclude", "frozen"}) or any(
        marker.method == "PrivateAttr" or marker.keyword("init") is False for marker in field.declared.markers
    )


def creates(route: Route) -> bool:
    name = route.endpoint.name if route.endpoint is not None else ""
    return route.method == "POST" and bool(_CREATES.search(name)) and not route.path.endswith("}")


def is_privileged(route: Route) -> bool:
    """Whether callers need more than an account: a role, a scope, an administrator's dependency, a check in the code."""
    words = [*route.security, *(i.name for i in route.dependency_tree), route.path]
    if any(_PRIVILEGED.search(word) for word in words) or any(i.scopes for i in route.dependency_tree):
        return True
    if any(not word.startswith(("/", "http")) for word in route.asks_for):
        return True
    endpoint = route.endpoint
    return endpoint is not None and any(_PRIVILEGED.search(site.call.name) for site in endpoint.calls)


def _goes_in(endpoint: Function | None, body: str, field: str, project: Project) -> bool:
    """Whether the endpoint uses the body as a whole, or this field of it."""
    if endpoint is None or (field in RIGHTS | OWNERS and _refuses(endpoint, f"{body}.{field}")):
        return False
    if _sets_itself(endpoint, body, field, project, _DEPTH):
        return False
    for stmt in endpoint.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Ref) and node.name in (body, f"{body}.{field}"):
                    return True
                if isinstance(node, syntax.Call) and node.name.startswith(f"{body}.") and node.method in _DUMPS:
                    return not _leaves_out(node, field)
    return False


def _refuses(endpoint: Function, field: str) -> bool:
    """``if body.is_admin and not user.is_admin: raise ...``: not everybody may set it."""
    return any(
        isinstance(stmt, syntax.If)
        and any(isinstance(inner, syntax.Raise) for inner in syntax.statements(stmt.body))
        and any(isinstance(node, syntax.Ref) and node.name == field for node in syntax.walk(stmt.test))
        for stmt in endpoint.statements
    )


def _sets_itself(function: Function, body: str, field: str, project: Project, depth: int) -> bool:
    """Whether ``function``, or what it hands the body to, gives the field a value of its own."""
    if any(_overrides(stmt, body, field) for stmt in function.statements):
        return True
    handed = (pair for site in function.calls for pair in handed_to(site, syntax.Ref(body), project)) if depth else ()
    return any(_sets_itself(target, parameter, field, project, depth - 1) for target, parameter in handed)


def _overrides(stmt: syntax.Stmt, body: str, field: str) -> bool:
    """``body.role = "user"``, ``values["role"] = "user"``, ``User(**values, role="user")``."""
    own = syntax.Ref(f"{body}.{field}")
    if isinstance(stmt, syntax.Assign) and any(
        target == own or (isinstance(target, syntax.Subscript) and target.index == field) for target in stmt.targets
    ):
        return True
    for expr in syntax.expressions(stmt):
        for node in syntax.walk(expr):
            given = node.keyword(field) if isinstance(node, syntax.Call) else syntax.MISSING
            if not isinstance(given, syntax.Missing) and own not in syntax.walk(given):
                return True
            if isinstance(node, syntax.Mapping) and field in node.keys and own not in node.values:
                return True
    return False


def _leaves_out(dump: syntax.Call, field: str) -> bool:
    given = dump.keyword("exclude")
    return any(node == field for node in syntax.walk(given)) if not isinstance(given, syntax.Missing) else False
