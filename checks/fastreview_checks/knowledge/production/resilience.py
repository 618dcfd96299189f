"""Outbound calls: what repeats them with growing pauses, and what bounds how many run at once.

Sources: documentation of tenacity, backoff, stamina, urllib3, httpx, httpx-retries, aiohttp-retry, pybreaker, aiobreaker,
purgatory, circuitbreaker, asyncio, anyio and aiolimiter. Clients of vendors (openai, boto3, stripe) retry by themselves.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import CallSite, External, Function, Module, Place, Project, Variable, syntax
from fastreview_checks.knowledge.importing import own_modules
from fastreview_checks.knowledge.programs import served

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send")
OUTBOUND = frozenset(
    {f"{owner}.{verb}" for owner in ("requests", "httpx", "requests.Session", "requests.sessions.Session", "httpx.Client",
                                     "httpx.AsyncClient", "aiohttp.ClientSession") for verb in _VERBS}
    | {"urllib.request.urlopen", "urllib3.PoolManager.request", "urllib3.request", "aiohttp.request"}
)  # fmt: skip
_NAMES = frozenset(name.rpartition(".")[2] for name in OUTBOUND)

RETRY_PACKAGES = frozenset(
    {"tenacity", "backoff", "stamina", "httpx_retries", "aiohttp_retry", "retrying", "retry", "retry2", "httpx_retry", "tenacity_httpx",
     "opnieuw", "riprova"}
)  # fmt: skip
_RETRY_CLASSES = frozenset({"urllib3.util.retry.Retry", "urllib3.util.Retry", "urllib3.Retry", "requests.packages.urllib3.util.retry.Retry",
                            "requests.adapters.Retry"})  # fmt: skip
_BREAKER_PACKAGES = frozenset(
    {"pybreaker", "aiobreaker", "purgatory", "circuitbreaker", "aiomisc", "fastapi_cb", "hyx", "aiolimiter", "asynciolimiter", "pyrate_limiter",
     "ratelimit", "limits", "bulkman"}
)  # fmt: skip
_LIMITS = frozenset(
    {"httpx.Limits", "aiohttp.TCPConnector", "asyncio.Semaphore", "asyncio.BoundedSemaphore", "anyio.CapacityLimiter",
     "anyio.Semaphore", "threading.Semaphore", "threading.BoundedSemaphore", "requests.adapters.HTTPAdapter"}
)  # fmt: skip
_OWN_RETRY = re.compile(r"retr(?:y|ies|ying)|backoff", re.IGNORECASE)
_DEPTH = 3


def outbound_calls(project: Project) -> Iterator[CallSite]:
    """Requests to other services by HTTP, in code that the service loads."""
    own = served(project)
    for site in project.calls(*_NAMES):
        if site.code.module.path in own and any(
            isinstance(t, External) and t.name in OUTBOUND for t in project.targets(site)
        ):
            yield site


def is_retried(site: CallSite, project: Project) -> bool:
    """Whether something repeats a call with growing pauses: around it, around its callers, or in its client."""
    return any(_retries(code, project) for code in _around(site, project)) or _client_retries(site.code.module)


def _around(site: CallSite, project: Project) -> Iterator[Function]:
    """The function of a call, those around it, and their callers."""
    level = [site.code] if isinstance(site.code, Function) else []
    seen: set[int] = set()
    for _ in range(_DEPTH):
        following: list[Function] = []
        for function in level:
            if id(function) in seen:
                continue
            seen.add(id(function))
            yield function
            if function.parent is not None:
                following.append(function.parent)
            if function.owner is not None:
                # `self._retrying(self._post, ...)`: handed over, not called.
                following += [f for f in function.owner.methods.values() if function.name in f.mentioned]
            following += [s.code for s in project.callers(function) if isinstance(s.code, Function)]
        level = following


@lru_cache(maxsize=10_000)
def _retries(function: Function, project: Project) -> bool:
    words = {*function.decorator_names, *(site.call.name for site in function.calls)}
    if any(_is_retry(project, function, word) for word in words):
        return True
    fields = function.owner.methods.values() if function.owner is not None else ()
    handed = {name for name in function.mentioned if _OWN_RETRY.search(name)}
    if handed and any(_is_retry(project, f, s.call.name) for f in fields for s in f.calls):
        return True
    # A loop of one's own with a pause that grows: `await asyncio.sleep(2 ** attempt)`.
    pauses = [s.call.args for s in function.calls if s.loops and s.call.method == "sleep"]
    return any(_grows(argument) for arguments in pauses for argument in arguments)


def _grows(pause: syntax.Expr) -> bool:
    return bool(_OWN_RETRY.search(syntax.written(pause, 60))) or any(
        isinstance(node, syntax.Operation) and node.op in ("**", "*") for node in syntax.walk(pause)
    )


def _is_retry(project: Project, code: Function, word: str) -> bool:
    if not word:
        return False
    value = project.values.of(syntax.Ref(word), code)
    if isinstance(value, External):
        return value.package in RETRY_PACKAGES or value.name in _RETRY_CLASSES or value.name == "dramatiq.actor"
    if not isinstance(value, Function):
        # `retried = decorator_of(...)`: what the name is bound to.
        defined = project.names.resolve(code, word)
        bound = [b.expr for b in defined.bindings] if isinstance(defined, Variable) else []
        calls = [expr for expr in bound if isinstance(expr, syntax.Call)]
        made = [project.values.of(c.func, defined.code) for c in calls if isinstance(defined, Variable)]
        value = next((v for v in made if isinstance(v, Function)), None)
    return isinstance(value, Function) and (bool(_OWN_RETRY.search(value.name)) or _decorates_with_retry(value))


@lru_cache(maxsize=2_000)
def _decorates_with_retry(function: Function) -> bool:
    """Whether a function, or one inside it, has what a library for retries makes."""
    packages = {i.bound for i in function.module.facts.imports if i.module.partition(".")[0] in RETRY_PACKAGES}
    inside = [function]
    for one in function.module.functions:
        if one.parent in inside:
            inside.append(one)
    names = {name for one in inside for name in (*one.decorator_names, *(site.call.name for site in one.calls))}
    return any(name.partition(".")[0] in packages for name in names)


@lru_cache(maxsize=2_000)
def _client_retries(module: Module) -> bool:
    """Whether the module mounts retries on the clients that it makes: a transport, or an adapter with ``Retry``."""
    return any(
        i.name in ("Retry", "RetryTransport", "RetryClient", "AsyncRetrying", "AsyncRetryTransport")
        or i.module.partition(".")[0] in ("httpx_retries", "aiohttp_retry")
        for i in module.facts.imports
    )


def limit(project: Project, sites: tuple[CallSite, ...]) -> Place | None:
    """Where it is decided how many calls may run at once, or that they stop while the other side is down."""
    own = own_modules(project)
    near = {site.code.module.path for site in sites}
    for module in project.service_modules:
        if module.path in own and module.path in near:
            for imported in module.facts.imports:
                if imported.module.partition(".")[0] in _BREAKER_PACKAGES:
                    return Place(module.path, imported.line)
    for site in project.calls(*{name.rpartition(".")[2] for name in _LIMITS}):
        target = project.values.target(site)
        if isinstance(target, External) and target.name in _LIMITS and site.code.module.path in own and _bounds(site):
            return site.place
    return None


def _bounds(site: CallSite) -> bool:
    match site.call.method:
        case "TCPConnector":
            return any(k.name in ("limit", "limit_per_host") for k in site.call.keywords)
        case "HTTPAdapter":
            return any(k.name in ("pool_maxsize", "pool_block") for k in site.call.keywords)
    return True
