"""What a function of the project calls that a reader of the request wants to see: own code, and what leaves the process."""

from collections.abc import Iterator
from typing import Literal

from fastreview.facts import syntax as s
from fastreview.project import Project
from fastreview.project.code import CallSite, Function
from fastreview.project.libraries import BASES
from fastreview.project.names import External
from fastreview.review import TraceStep

MAX_DEPTH = 4
MAX_CALLS = 60

_STORAGE = (
    "sqlalchemy.", "sqlmodel.", "asyncpg.", "psycopg", "databases.", "motor.", "pymongo.", "beanie.", "tortoise.", "peewee.",
    "redis.", "aioredis.", "elasticsearch.", "boto3.", "aioboto3.", "botocore.", "sqlite3.", "aiosqlite.", "odmantic.",
    "mongoengine.", "cassandra.", "neo4j.", "minio.", "google.cloud.",
)  # fmt: skip
_OUTSIDE = (
    "httpx.", "aiohttp.", "requests.", "urllib", "smtplib.", "aiosmtplib.", "grpc.", "aiokafka.", "aio_pika.", "celery.",
    "arq.", "dramatiq.",
)  # fmt: skip
# Methods that build a query or read a result in memory: what is sent or fetched is told once.
_BUILDING = frozenset(
    {
        "select", "where", "filter", "filter_by", "order_by", "limit", "offset", "join", "outerjoin", "options", "values",
        "returning", "scalars", "all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "unique", "mappings",
        "group_by", "having", "desc", "asc", "label", "in_", "is_", "ilike", "like", "raise_for_status", "json", "text",
    }
)  # fmt: skip


Runs = Literal["loop", "thread", ""]


def calls_of(function: Function, project: Project, runs: Runs) -> Iterator[TraceStep]:
    """The calls of ``function`` in source order, with those of the functions it calls inside them. A call runs where its
    caller runs: on the loop or in a thread."""
    yield from _Calls(project, runs).of(function, 0)


class _Calls:
    def __init__(self, project: Project, runs: Runs) -> None:
        self.project = project
        self.runs = runs
        self.entered: set[int] = set()
        self.left = MAX_CALLS

    def of(self, function: Function, depth: int) -> Iterator[TraceStep]:
        if id(function) in self.entered:
            return
        self.entered.add(id(function))
        told: set[str] = set()
        for site in sorted(function.calls, key=lambda site: (site.call.line, site.call.col)):
            if self.left <= 0:
                return
            for step in self.one(site, depth):
                if step.title not in told:
                    told.add(step.title)
                    self.left -= 1
                    yield step

    def one(self, site: CallSite, depth: int) -> Iterator[TraceStep]:
        targets = self.project.targets(site)
        # Where a protocol is called, what implements it says more.
        for target in targets[1:] + targets[:1] if len(targets) > 1 and isinstance(targets[-1], Function) else targets:
            match target:
                case Function() if target.module.kind == "service" and target.name != "__init__":
                    inner = tuple(self.of(target, depth + 1)) if depth < MAX_DEPTH else ()
                    layer, place = _layer(target, self.project), target.place
                    yield TraceStep(f"`{_shown(site)}`", layer, place.path, place.line, "", self.runs, inner)
                    return
                case External(name=name) if site.call.method not in _BUILDING and _leaves(name):
                    kind = "storage" if _base(name).startswith(_STORAGE) else "another service"
                    yield TraceStep(f"`{_shown(site)}`", kind, site.place.path, site.place.line, "", self.runs)
                    return
                case _:
                    pass


def _shown(site: CallSite) -> str:
    return s.written(site.call.func, 60)


def _leaves(name: str) -> bool:
    """Whether a call of it goes to storage or another service; functions such as ``sqlalchemy.update`` only build what is
    sent later."""
    owner, _, last = _base(name).rpartition(".")
    return (
        f"{owner}.".startswith((*_STORAGE, *_OUTSIDE))
        and not last[:1].isupper()
        and owner not in ("sqlalchemy", "sqlmodel")
    )


def _base(name: str) -> str:
    owner, _, method = name.rpartition(".")
    return f"{BASES[owner]}.{method}" if owner in BASES else name


def _layer(function: Function, project: Project) -> str:
    layer = project.layer(function.module)
    return layer if layer in ("business", "data") else ""
