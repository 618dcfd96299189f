"""What keeps clients from asking too often: libraries, own dependencies and middleware, lock-outs after failed logins.

Sources: documentation of slowapi, fastapi-limiter and limits; OWASP's authentication cheat sheet.
"""

import re
from collections.abc import Iterator

from fastreview.api import Function, Injected, Middleware, Project, Route, syntax
from fastreview_checks.knowledge.public_routes import static_parts
from fastreview_checks.knowledge.reached import reached

LIMITS = re.compile(
    r"rate_?limit|ratelimit|throttl|too_?many_?(?:requests|attempts|calls)|slow_?api|limiter\b", re.IGNORECASE
)
LOCKS_OUT = re.compile(
    r"(?:login|password|failed|sign_?in|auth)_?\w{0,12}_?(?:attempts?|tries|retr(?:y|ies)|error_count|failures)"
    r"|lock(?:ed)?_?(?:out|until|at)\b|(?:account|user)_?lock|is_locked|brute_?force",
    re.IGNORECASE,
)
_DECORATOR = re.compile(r"(?:^|\.)(?:\w*limit(?:er|ed)?|shared_limit|\w*throttled?\w*|rate_?limit\w*)$", re.IGNORECASE)
GLOBAL_MIDDLEWARE = re.compile(
    r"^(?:slowapi\.middleware\.|ratelimit\.|asgi_ratelimit\.|fastapi_throttl|asgi_limiter|starlette_limiter|limits_middleware)"
)
_DEFAULTS = ("default_limits", "application_limits")
_SIGNED_IN = re.compile(r"current|admin|require|permission|role", re.IGNORECASE)
_COUNTS = re.compile(r"rate_?limit|throttl|limiter\b", re.IGNORECASE)
REACH = 3
_IMPORTS_DEEP = 4

_LOGIN = re.compile(r"^(?:log[-_]?in|sign[-_]?in|token|access[-_]?token|authenticate|obtain[-_]?token)$", re.IGNORECASE)
_LOGIN_NAME = re.compile(r"^(?:user_|admin_|post_|handle_)?(?:log_?in|sign_?in|authenticate|access_token)(?:_|$)")
_NOT_LOGIN = re.compile(
    r"refresh|log_?out|sign_?(?:out|up)|register|verify|revoke|validate|check|test|callback|introspect|swagger|success|anonymous",
    re.IGNORECASE,
)

COSTLY = frozenset(
    {
        "requests", "httpx", "aiohttp", "openai", "anthropic", "litellm", "langchain", "langchain_openai", "cohere", "replicate",
        "smtplib", "aiosmtplib", "fastapi_mail", "sendgrid", "resend", "twilio", "stripe", "torch",
        "transformers", "boto3", "emails", "playwright", "selenium", "tensorflow", "llama_index", "ollama",
    }
)  # fmt: skip
"""Packages whose use costs money, or time of others, for each request."""


def is_login(route: Route) -> bool:
    """Whether the route takes credentials from somebody who is not signed in."""
    if route.method != "POST" or not route.is_api:
        return False
    last = (static_parts(route) or [""])[-1]
    name = route.endpoint.name if route.endpoint is not None else ""
    if _NOT_LOGIN.search(f"{last} {name}"):
        return False
    if any(injected.name.startswith("OAuth2PasswordRequestForm") for injected in route.dependencies):
        return True
    if any(_wants_signed_in(injected, route.app.project) for injected in route.dependency_tree):
        return False
    return bool(_LOGIN.match(last)) or bool(_LOGIN_NAME.match(name))


def is_limited(route: Route, project: Project) -> bool:
    """Whether a decorator or dependency of the route counts its callers."""
    for injected in route.dependency_tree:
        if LIMITS.search(injected.name) or (injected.function is not None and limits(injected.function, project)):
            return True
    endpoint = route.endpoint
    return endpoint is not None and any(_DECORATOR.search(_name(d)) for d in endpoint.facts.decorators)


def counts_attempts(route: Route, project: Project) -> bool:
    """Whether what a login calls counts its attempts, or refuses after failed ones."""
    return route.endpoint is not None and any(
        _COUNTS.search(name) or LOCKS_OUT.search(name)
        for function in reached(route.endpoint, project, REACH)
        for name in (function.name, *function.mentioned)
    )


def _wants_signed_in(injected: Injected, project: Project) -> bool:
    if injected.scheme:
        return injected.scheme != "HTTPBasic"
    return bool(_SIGNED_IN.search(injected.name)) and project.security.authenticates(injected)


def limits(function: Function, project: Project) -> bool:
    """Whether a dependency or middleware speaks of limits, or answers 429."""
    owner = function.owner.name if function.owner is not None else ""
    return bool(LIMITS.search(f"{owner}.{function.name}")) or any(
        any(LIMITS.search(name) for name in one.mentioned) or _answers_429(one) for one in reached(function, project, 2)
    )


def limiting_middleware(project: Project) -> Iterator[Middleware]:
    for middleware in project.middleware:
        if GLOBAL_MIDDLEWARE.match(middleware.library) or middleware.name.startswith("SlowAPI"):
            if not middleware.name.startswith("SlowAPI") or _has_defaults(project):
                yield middleware
        elif LIMITS.search(middleware.name) or any(limits(f, project) for f in middleware.functions):
            yield middleware


def _has_defaults(project: Project) -> bool:
    """Slowapi's middleware only applies the limits that the limiter was made with."""
    return any(
        isinstance(given, syntax.Items | syntax.Ref) and given != syntax.Items("list", ())
        for site in project.calls("Limiter")
        for name in _DEFAULTS
        for given in (site.call.keyword(name),)
    )


def _answers_429(function: Function) -> bool:
    if "status_code" not in function.mentioned and "HTTPException" not in function.mentioned:
        return False
    return any(
        429 in (*site.call.args, *(k.value for k in site.call.keywords))
        for site in function.calls
        if site.call.method[:1].isupper()
    )


def _name(decorator: syntax.Expr) -> str:
    func = decorator.func if isinstance(decorator, syntax.Call) else decorator
    return func.name if isinstance(func, syntax.Ref) else ""


def costly_packages(project: Project) -> tuple[str, ...]:
    """Packages of `COSTLY` that the modules of endpoints use, or what those import."""
    pending = [m for m in project.service_modules if m.path in {r.place.path for r in project.routes if r.is_api}]
    seen = {module.path for module in pending}
    found: set[str] = set()
    for _ in range(_IMPORTS_DEEP):
        found.update(one.module.partition(".")[0] for m in pending for one in m.facts.imports if one.level == 0)
        level = [other for module in pending for other, _ in project.imports_of(module)]
        pending = [other for other in level if other.path not in seen and other.kind == "service"]
        seen.update(other.path for other in pending)
    return tuple(sorted(COSTLY & found))
