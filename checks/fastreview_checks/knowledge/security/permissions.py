"""Who may do what: roles, scopes, policies and ownership, by how code asks for them.

Sources: OWASP's authorization cheat sheet, FastAPI's documentation of scopes; names from common RBAC and policy libraries.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Class, Function, Injected, Project, Route, syntax
from fastreview_checks.knowledge.reached import reached

REACH = 3

_ROLE = re.compile(
    r"permission|(?:^|_)roles?(?:_|$)|role_?(?:checker|required)|has_role|require_?role|scope|admin|super_?user|policy|policies|rbac|owner"
    r"|privilege|(?:^|_)can_|acl\b|casbin|entitle|membership|member_of|organization|tenant|workspace|staff|moderator|require_access|check_access"
    r"|has_access|access_control|authorize(?:d_for|s)?(?:_|$)|is_authorized|ensure_|editor|manager_(?:only|required)|project_member|guardian"
    r"|require_\w+_(?:read|write|delete|create|update|manage|edit|view|access)",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"403|forbid|permission|not_?(?:authorized|allowed|permitted|owner)|insufficient_?(?:perm|priv|scope|right)|access_?denied|privilege|unprivileged|authorize(?:_|$)"
    r"|has_access|check_access|can_access|(?:^|_)can_(?:edit|update|delete|write|manage|create|modify)|is_superuser|is_admin|is_owner|owner_id",
    re.IGNORECASE,
)
_FLAG = re.compile(r"is_superuser|is_admin|is_owner|owner_id")
_CALLER = re.compile(
    r"(?:current|request|authenticated|logged_in|auth|acting|calling)_?(?:user|account|customer|member|identity|principal|subject)"
    r"|ctx_?user|user(?:_id)?_ctx|\.state\.(?:user|account|identity|auth|principal)|request\.user|\.scope\b|(?:^|[._])(?:org|organization|tenant|workspace)_id$",
    re.IGNORECASE,
)
_OWNERS = re.compile(
    r"^(?:owner|created_by|author|tenant|org|organization|workspace)(?:_?o?id)?$|^user$", re.IGNORECASE
)
_IDENTITIES = re.compile(
    r"jwt|jwks|(?:^|_)(?:user|account|member|customer|session|token|principal|identity|client|tenant)s?(?:_|$)|decode_|query|select|execute"
    r"|scalar|find|fetch|first|get_by|lookup|introspect|redis|cache",
    re.IGNORECASE,
)
"""What guards call that tell callers apart: tokens are decoded, accounts are looked up."""
_COMPARES_SECRETS = frozenset({"compare_digest"})
_SETTING = re.compile(
    r"^(?:self\.)?(?:settings?|config|conf|env|environ|os\.environ)\b|(?:^|\.)[A-Z0-9_]*(?:KEY|SECRET|TOKEN|PASSWORD)$"
)
_LOGS = re.compile(r"(?:^|\.)(?:log(?:ger)?|logging)\.")
_OWN = re.compile(
    r"/(?:me|self|profile|current[-_]user|my[-_]?\w*|mine|account|(?:change|update)[-_]?password)(?:/|$)", re.IGNORECASE
)


def asks_for_permission(route: Route, project: Project) -> bool:
    """Whether a guard of the route looks at a role, scope or policy, not only at who it is."""
    for injected in route.dependency_tree:
        if injected.scheme:
            # A scheme is made with all scopes that there are: only its name says whom it lets in.
            if _ROLE.search(injected.name.partition("(")[0]):
                return True
            continue
        if injected.scopes or injected.words or _ROLE.search(injected.name):
            return True
        function = injected.function
        if function is None or _asks_for_scopes(function):
            continue
        if _ROLE.search(function.key.rpartition(".")[2]) or _guard_forbids(function, project):
            return True
    if route.endpoint is not None and any(_ROLE.search(name) for name in route.endpoint.decorator_names):
        return True
    return any(_forbids(f) for m in project.middleware if m.app is route.app for f in m.functions)


def restricts_to_caller(route: Route, project: Project) -> bool:
    """Whether the endpoint does anything with who calls: passes it on, compares it, stores it as the owner."""
    endpoint = route.endpoint
    if endpoint is None:
        return True
    if _OWN.search(route.path):
        return True
    callers = set(principals(route, project))
    if endpoint.owner is not None and _view_knows_caller(endpoint.owner, project):
        return True
    return _uses(endpoint, callers)


def is_guarded(route: Route, project: Project) -> bool:
    """Whether a dependency authenticates the route: what middleware and the code that an endpoint calls ask for is not
    known well enough."""
    return any(one.scheme or project.security.authenticates(one) for one in route.dependency_tree)


def shares_secret(route: Route, project: Project) -> bool:
    """Whether all that the guards of the route ask for is one secret from the settings, the same for every caller."""
    guards = [i.function for i in route.dependency_tree if not i.scheme and project.security.authenticates(i)]
    return bool(guards) and all(f is not None and _compares_with_setting(f, project) for f in guards)


@lru_cache(maxsize=20_000)
def _compares_with_setting(guard: Function, project: Project) -> bool:
    functions = reached(guard, project, 2)
    if any(_IDENTITIES.search(name) for function in functions for name in function.called):
        return False
    return any(compares_with_setting(function) for function in functions)


def compares_with_setting(function: Function) -> bool:
    """Whether it compares what a caller gives with a secret from the settings."""
    return not _COMPARES_SECRETS.isdisjoint(function.called) or _equals_setting(function)


def _equals_setting(function: Function) -> bool:
    return any(
        isinstance(o, syntax.Ref) and _SETTING.search(o.name)
        for stmt in function.statements
        if isinstance(stmt, syntax.If)
        for node in syntax.walk(stmt.test)
        if isinstance(node, syntax.Operation) and node.op in ("==", "!=")
        for o in node.operands
    )


def principals(route: Route, project: Project) -> Iterator[str]:
    """Parameters of the endpoint that hold who calls: what an authenticating dependency gives."""
    for injected in route.dependencies:
        if injected.parameter and injected.by == "parameter" and _is_about_caller(injected, project):
            yield injected.parameter


def decides_inside(route: Route, project: Project) -> bool:
    """Whether what the endpoint calls turns callers away for what they may not do, or asks who calls."""
    if route.endpoint is None:
        return True
    return any(_forbids(function) or _asks_who(function) for function in reached(route.endpoint, project, REACH))


def _is_about_caller(injected: Injected, project: Project) -> bool:
    return any(one.scheme or project.security.authenticates(one) for one in injected.tree())


@lru_cache(maxsize=10_000)
def _view_knows_caller(cls: Class, project: Project) -> bool:
    return any(_is_about_caller(injected, project) for injected in project.injection.of_view(cls))


def _uses(function: Function, callers: set[str]) -> bool:
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            if isinstance(expr, syntax.Call) and _LOGS.search(expr.name):
                continue
            for node in syntax.walk(expr):
                if type(node) is syntax.Ref and (node.root in callers or _CALLER.search(node.name)):
                    return True
                if type(node) is syntax.Call and any(_OWNERS.match(keyword.name) for keyword in node.keywords):
                    return True
    return False


def _asks_for_scopes(function: Function) -> bool:
    """Whether it checks the scopes that its users name: where they name none, a login is enough."""
    return any("SecurityScopes" in syntax.written(p.annotation, 80) for p in function.facts.parameters if p.annotated)


@lru_cache(maxsize=20_000)
def _guard_forbids(function: Function, project: Project) -> bool:
    return any(_forbids(one) for one in reached(function, project, 2))


@lru_cache(maxsize=20_000)
def _forbids(function: Function) -> bool:
    if any(_FORBIDS.search(name) for name in (function.name, *function.called)):
        return True
    told = [name for name in function.mentioned if _FORBIDS.search(name)]
    if any(not _FLAG.fullmatch(name) or not _only_hands_on(name, function) for name in told):
        return True
    raises = any(name[:1].isupper() for name in function.called)
    return raises and any(
        403 in (*site.call.args, *(k.value for k in site.call.keywords))
        for site in function.calls
        if site.call.method[:1].isupper()
    )


def _only_hands_on(name: str, function: Function) -> bool:
    """``User(is_admin=row.is_admin)``, ``{"is_admin": user.is_admin}``: what somebody is goes on, and nobody asks for it."""
    nodes = [node for stmt in function.statements for expr in syntax.expressions(stmt) for node in syntax.walk(expr)]
    read = sum(
        (type(node) is syntax.Ref and node.last == name) or (type(node) is syntax.Attribute and node.attr == name)
        for node in nodes
    )
    handed = 0
    for node in nodes:
        match node:
            case syntax.Call(keywords=keywords):
                given = [keyword.value for keyword in keywords if keyword.name == name]
                if given and not node.method[:1].isupper():
                    return False
            case syntax.Mapping(keys=keys, values=values):
                given = [value for key, value in zip(keys, values, strict=True) if key == name]
            case _:
                continue
        handed += sum(
            (type(v) is syntax.Ref and v.last == name) or (type(v) is syntax.Attribute and v.attr == name)
            for v in given
        )
    return read == handed


@lru_cache(maxsize=20_000)
def _asks_who(function: Function) -> bool:
    return any(_CALLER.search(name) for name in (*function.called, *function.mentioned))
