"""Where a service speaks to others: the code that a client library, or what was made with one, is imported into.

Sources: the libraries' documentation.
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import CallSite, External, Module, Project, absolute_name

LIBRARIES = frozenset(
    {
        "requests", "httpx", "aiohttp", "urllib3", "socket", "smtplib", "imaplib", "poplib", "ftplib",
        "telnetlib", "paramiko", "redis", "motor", "pymongo", "elasticsearch", "openai", "anthropic", "beanie", "aioredis",
        "opensearchpy", "qdrant_client", "aiokafka", "aio_pika", "nats", "telegram", "slack_sdk", "gql", "arq",
    }
)  # fmt: skip
"""Top-level packages of clients."""
_STANDARD = frozenset({"urllib", "urllib.request", "http", "http.client"})
"""Modules of the standard library that call others; their neighbours (``urllib.parse``, ``HTTPStatus``) do not."""
_PACKAGES = LIBRARIES | {name.partition(".")[0] for name in _STANDARD}


@lru_cache(maxsize=1)
def speaking(project: Project) -> tuple[Module, ...]:
    """Modules of the service that import a client library, or a name from a module that does."""
    direct: dict[str, Module] = {}
    others: list[Module] = []
    for module in project.service_modules:
        if _imports_client(module):
            direct[module.path] = module
        else:
            others.append(module)
    names = {module.name for module in direct.values()}
    return (*direct.values(), *(module for module in others if _is_handed_one(module, names)))


def _imports_client(module: Module) -> bool:
    if _PACKAGES.isdisjoint(module.imported):
        return False
    for found in module.facts.imports:
        if found.module.partition(".")[0] in LIBRARIES:
            return True
        if found.module in _STANDARD and found.name not in ("HTTPStatus", "parse"):
            return True
    return False


def _is_handed_one(module: Module, names: set[str]) -> bool:
    imports = module.facts.imports
    return any(found.name[:1].islower() and absolute_name(module, found) in names for found in imports)


def calls_of(project: Project, names: frozenset[str], methods: frozenset[str]) -> Iterator[tuple[CallSite, str]]:
    """Calls of library functions by full name, by the order of files; ``methods`` are the last parts of ``names``."""
    for module in speaking(project):
        for code in module.codes():
            if methods.isdisjoint(code.called):
                continue
            for site in code.calls:
                if site.call.method in methods:
                    for target in project.targets(site):
                        if isinstance(target, External) and target.name in names:
                            yield site, target.name
                            break
