"""What the start of an app opens, and whether its end closes it.

Sources: documentation of the libraries. Clients without an end of their own (boto3, vendors' SDKs) are absent on purpose.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import App, CallSite, Class, External, Function, Place, Project, syntax
from fastreview_checks.knowledge.clients import KEEPS
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.resources import RESOURCES, resource

_ENDLESS = re.compile(
    r"an AWS session|a boto3 client|an? (?:OpenAI|Anthropic|Supabase|Google Cloud|Twilio) client|an object store client|a vector store client|a database session"
)
_BY_THEMSELVES = frozenset(
    {"tortoise.contrib.fastapi.register_tortoise", "tortoise.contrib.fastapi.RegisterTortoise", "beanie.init_beanie", "aerich.Command.init",
     "mongoengine.connect"}
)  # fmt: skip
_STARTED = {
    "apscheduler.schedulers.asyncio.AsyncIOScheduler.start": "a scheduler",
    "apscheduler.schedulers.background.BackgroundScheduler.start": "a scheduler",
    "apscheduler.AsyncScheduler.start_in_background": "a scheduler",
    "aiokafka.AIOKafkaConsumer.start": "a Kafka consumer",
    "aiokafka.AIOKafkaProducer.start": "a Kafka producer",
    "databases.Database.connect": "a database client",
    "databases.core.Database.connect": "a database client",
    "aio_pika.connect_robust": "a RabbitMQ connection",
    "aio_pika.connect": "a RabbitMQ connection",
    "asyncpg.create_pool": "a connection pool",
    "asyncpg.connect": "a database connection",
    "aiomysql.create_pool": "a connection pool",
    "aiopg.create_pool": "a connection pool",
    "nats.connect": "a NATS connection",
    "faststream.rabbit.fastapi.RabbitRouter.start": "a message broker",
    "watchdog.observers.Observer.start": "a file observer",
}
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.get_event_loop().create_task"})
_STARTS = frozenset({"start", "connect", "open", "startup", "start_all", "run_forever"})
"""Methods of the project's own classes that begin something."""
_ENDS = re.compile(
    r"^(?:a?close(?:_\w+)?|shut_?down(?:_\w+)?|stop(?:_\w+)?|disconnect(?:_\w+)?|dispose(?:_\w+)?|cancel(?:_\w+)?|wait_closed|terminate|join|clean_?up(?:_\w+)?"
    r"|tear_?down|__aexit__|__exit__|pause|finish|end|kill|drain|quit|release|reset)$"
)
_WAITS = frozenset({"gather", "wait", "wait_for", "as_completed"})
_NAMES = frozenset(name.rpartition(".")[2] for name in (*RESOURCES, *_STARTED, *_TASKS))
_OPENS, _CLOSES = 2, 5
"""How many calls away from the lifespan things are opened, and closed."""


class Opened(NamedTuple):
    """Something that the start of an app opens. ``names`` are what keeps it, ``owner`` is its package or class."""

    place: Place
    what: str
    names: tuple[str, ...]
    owner: str


def opened(app: App, project: Project) -> tuple[Opened, ...]:
    """What the lifespan and the startup handlers open to stay, as far as a name is known that keeps it."""
    found = [one for f in _reached(app, project, _OPENS) for site in f.calls for one in _of(site, f, project)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=64)
def _reached(app: App, project: Project, depth: int) -> tuple[Function, ...]:
    found: dict[int, Function] = {}
    for root in _roots(app, project):
        for function in reached(root, project, depth):
            found.setdefault(id(function), function)
            # Functions and context managers that a lifespan defines for itself.
            found |= {id(f): f for f in function.module.functions if f.parent is function}
    return tuple(found.values())


def _roots(app: App, project: Project) -> list[Function]:
    """The lifespan and the handlers of the app's events."""
    found: list[Function] = []
    if app.facts is not None and app.facts.lifespan is not None:
        shown = project.function_at(app.facts.lifespan)
        found += [shown] if shown is not None else []
    if app.router is not None:
        given = app.keyword("lifespan")
        value = None if isinstance(given, syntax.Missing) else project.values.of(given, app.router.code)
        found += [value] if isinstance(value, Function) else []
        found += [code for _, code, _ in app.router.events if isinstance(code, Function)]
    if not found and len(project.apps) == 1:
        found = [f.entry.function for f in project.loop_functions if f.entry.kind == "lifespan"]
    return found


def _of(site: CallSite, function: Function, project: Project) -> Iterator[Opened]:
    method = site.call.method
    if site.deferred or _entered(site):
        return
    if method in _NAMES:
        targets = {t.name for t in project.targets(site) if isinstance(t, External)}
        what = "" if targets & _BY_THEMSELVES else next((_STARTED[t] for t in sorted(targets) if t in _STARTED), "")
        if not what and not targets & _BY_THEMSELVES:
            what = resource(site, project)
        if what and not _ENDLESS.search(what):
            receiver = site.call.receiver
            keeper = _keeper(site)
            if not keeper and isinstance(receiver, syntax.Ref) and method in _STARTS:
                keeper = receiver.name
            # What an object keeps for itself is that object's to close.
            if keeper and keeper.partition(".")[0] != function.receiver:
                package = next(iter(sorted(targets)), "").partition(".")[0]
                yield Opened(site.place, what, _aliases(keeper, function), package)
            return
        if targets & _TASKS and _loops_for_ever(site, project):
            keeper = _keeper(site)
            if (keeper and keeper.partition(".")[0] != function.receiver) or site.dropped:
                yield Opened(site.place, "a task that never ends", _aliases(keeper, function) if keeper else (), "")
            return
    if method in _STARTS and isinstance(site.call.receiver, syntax.Ref):
        for target in project.targets(site):
            owner = target.owner if isinstance(target, Function) else None
            if owner is not None and any(_ENDS.search(name) for name in _methods(owner)):
                yield Opened(site.place, f"`{owner.name}`", _aliases(site.call.receiver.name, function), owner.key)


def _methods(cls: Class) -> Iterator[str]:
    return (name for c in cls.ancestry.project for name in c.methods)


def _entered(site: CallSite) -> bool:
    """Whether a ``with``, or an exit stack, ends what the call makes."""
    if any(node is site.call for expr, _, _ in site.code.uses.entered for node in syntax.walk(expr)):
        return True
    return any(
        other.call.method in KEEPS and any(node is site.call for a in other.call.args for node in syntax.walk(a))
        for other in site.code.calls
    )


def _keeper(site: CallSite) -> str:
    """The name that gets what the call makes, or the list that it is put into; "" where nothing keeps it."""
    for statement in site.code.statements:
        if isinstance(statement, syntax.Assign) and any(node is site.call for node in syntax.walk(statement.value)):
            for target in statement.targets:
                if name := _written(target):
                    return name
    for other in site.code.calls:
        if other.call.method in ("append", "add", "setdefault", "extend") and site.call in other.call.args:
            return _written(other.call.receiver)
    return ""


def _written(target: syntax.Expr) -> str:
    match target:
        case syntax.Ref(name=name):
            return name
        case syntax.Attribute(attr=attr):
            return attr
        case syntax.Subscript(value=value):
            return _written(value)
    return ""


def _aliases(keeper: str, function: Function) -> tuple[str, ...]:
    """The last parts of the names that keep something: its own, and those that it is assigned or added to later."""
    last = keeper.rpartition(".")[2]
    names = {last}
    for statement in function.statements:
        if isinstance(statement, syntax.Assign) and last in _words(statement.value):
            names |= {_written(target).rpartition(".")[2] for target in statement.targets}
    for site in function.calls:
        if site.call.method in ("append", "add", "setdefault", "extend") and any(
            last in _words(a) for a in site.call.args
        ):
            names.add(_written(site.call.receiver).rpartition(".")[2])
    return tuple(sorted(names - {""}))


def _loops_for_ever(site: CallSite, project: Project) -> bool:
    """Whether the task runs a coroutine of the project with ``while True``."""
    given = site.call.args[0] if site.call.args else None
    if not isinstance(given, syntax.Call):
        return False
    called = [t for s in site.code.calls if s.call is given for t in project.targets(s) if isinstance(t, Function)]
    return any(
        isinstance(statement, syntax.Loop) and statement.kind == "while" and statement.iterable is True
        for function in called
        for statement in function.statements
    )


class Ends:
    """What the life of an app ends: names, packages, and classes of the project."""

    def __init__(self, app: App, project: Project) -> None:
        self.names: set[str] = set()
        self.owners: set[str] = set()
        for function in _reached(app, project, _CLOSES):
            for expr, _, _ in function.uses.entered:
                self.names |= _words(expr)
            for statement in function.statements:
                for part in syntax.expressions(statement):
                    for node in syntax.walk(part):
                        if isinstance(node, syntax.Await) and isinstance(node.value, syntax.Ref):
                            self._ended(node.value.last, function)
            for site in function.calls:
                self._look(site, function, project)

    def _look(self, site: CallSite, function: Function, project: Project) -> None:
        method = site.call.method
        if method in KEEPS or method in _WAITS:
            for argument in site.call.args:
                self.names |= _words(argument)
        if not _ENDS.search(method):
            return
        receiver = site.call.receiver
        for name in _words(receiver) | {word for a in site.call.args for word in _words(a)}:
            self._ended(name, function)
        for target in project.targets(site):
            if isinstance(target, External):
                self.owners.add(target.name.partition(".")[0])
            elif target.owner is not None:
                self.owners |= {c.key for c in target.owner.ancestry.project}

    def _ended(self, name: str, function: Function) -> None:
        """``for task in tasks: task.cancel()`` ends all of them, ``redis = getattr(state, "redis")`` what is called so."""
        self.names.add(name)
        for binding in function.bindings.get(name, ()):
            self.names |= _words(binding.expr)
            self.names |= {node for node in syntax.walk(binding.expr) if isinstance(node, str) and node.isidentifier()}

    def has(self, one: Opened) -> bool:
        return not self.names.isdisjoint(one.names) or (bool(one.owner) and one.owner in self.owners)


def _words(expr: syntax.Expr) -> set[str]:
    return {node.last for node in syntax.walk(expr) if isinstance(node, syntax.Ref)}
