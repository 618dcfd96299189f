"""What runs when the service is imported, and which of it reaches beyond the process.

Sources: the documentation of the libraries; what waits for a network, a database or a process stands in `blocking`.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import (
    Bound,
    CallSite,
    Class,
    External,
    Function,
    Module,
    Place,
    Project,
    Related,
    Value,
    syntax,
)
from fastreview_checks.knowledge.blocking import BLOCKING, blocking
from fastreview_checks.knowledge.programs import served

MAX_CALLS_DEEP = 4
_COMMANDS = re.compile(r"(?:^|/)(?:cli|commands?|commandline|console|__main__|tools)(?:\w*\.py$|/)")

_SILENT = frozenset({"a clock", "the disk", "a person at the terminal"})
_WRITING = {
    "os.makedirs": "makes a folder",
    "os.mkdir": "makes a folder",
    "pathlib.Path.mkdir": "makes a folder",
    "pathlib.Path.touch": "writes a file",
    "pathlib.Path.write_text": "writes a file",
    "pathlib.Path.write_bytes": "writes a file",
    "logging.FileHandler": "opens a log file",
    "logging.handlers.RotatingFileHandler": "opens a log file",
    "logging.handlers.TimedRotatingFileHandler": "opens a log file",
    "logging.handlers.WatchedFileHandler": "opens a log file",
    "shutil.copy": "copies files",
    "shutil.copytree": "copies files",
    "shutil.rmtree": "deletes files",
    "os.remove": "deletes a file",
    "os.unlink": "deletes a file",
    "pathlib.Path.unlink": "deletes a file",
}
_STARTING = {
    "threading.Thread.start": "starts a thread",
    "threading.Timer.start": "starts a thread",
    "multiprocessing.Process.start": "starts a process",
    "multiprocessing.Pool": "starts processes",
    "multiprocessing.Manager": "starts a process",
    "opentelemetry.sdk.trace.export.BatchSpanProcessor": "starts the exporter's thread",
    "opentelemetry.sdk._logs.export.BatchLogRecordProcessor": "starts the exporter's thread",
    "opentelemetry.sdk.metrics.export.PeriodicExportingMetricReader": "starts the exporter's thread",
    "apscheduler.schedulers.background.BackgroundScheduler.start": "starts a scheduler's thread",
    "apscheduler.schedulers.asyncio.AsyncIOScheduler.start": "starts a scheduler",
}
_CONNECTING = {
    "pymongo.MongoClient": "connects to MongoDB and starts the client's monitoring threads",
    "pika.BlockingConnection": "connects to RabbitMQ",
    "kafka.KafkaProducer": "connects to Kafka",
    "kafka.KafkaConsumer": "connects to Kafka",
    "sqlalchemy_utils.database_exists": "connects to the database",
    "sqlalchemy_utils.create_database": "makes a database",
    "sqlalchemy_utils.drop_database": "deletes a database",
    "alembic.command.upgrade": "migrates the database",
    "alembic.command.downgrade": "migrates the database",
    "alembic.command.stamp": "writes to the database",
    "kazoo.client.KazooClient.start": "connects to ZooKeeper",
    "firebase_admin.initialize_app": "reads the service account of Firebase",
    "nltk.download": "downloads data",
    "huggingface_hub.snapshot_download": "downloads a model",
}
_KNOWN = _WRITING | _STARTING | _CONNECTING
_OPENING = frozenset({"builtins.open", "io.open", "pathlib.Path.open"})
_WRITE_MODE = re.compile(r"[wax+]")

_LAST_NAMES = frozenset(
    {name.rpartition(".")[2] for name in _KNOWN}
    | {"open", "dictConfig"}
    | {call.rpartition(".")[2] for group in BLOCKING if group.waits_for not in _SILENT for call in group.calls}
) - {"*"}

_FAILING_READERS = frozenset({"decouple.config", "decouple.AutoConfig"})
"""They raise an error where a variable has neither a value nor a default."""

SECRET = re.compile(
    r"secret|passw|(?:^|_)pwd(?:$|_)|(?:^|_)(?:api|access|private|signing|encryption|jwt|auth|secret)_?key|(?:^|_)token$"
    r"|(?:^|_)(?:database|db|mongo(?:db)?|postgres(?:ql)?|sqlalchemy|redis|rabbitmq|amqp)\w*_?(?:ur[il]|dsn)$|(?:^|_)dsn$",
    re.IGNORECASE,
)


class Effect(NamedTuple):
    """``what`` reads after "importing it"; ``guarded`` says that a condition decides; ``name`` is what a module calls itself."""

    place: Place
    what: str
    related: tuple[Related, ...]
    guarded: bool = False
    name: str = ""


@lru_cache(maxsize=1)
def imported_by_app(project: Project) -> tuple[Module, ...]:
    """The modules that are loaded when the app is: what its modules import, and the packages around them."""
    by_name = {module.name: module for module in project.service_modules}
    by_path = {module.path: module for module in project.service_modules}
    entries = project.entry_paths | _assembling(project)
    found = {path: by_path[path] for path in sorted(entries) if path in by_path}
    queue = list(found.values())
    for module in queue:
        parts = module.name.split(".")
        around = (by_name.get(".".join(parts[:end])) for end in range(1, len(parts)))
        for other in (*around, *(target for target, _ in project.imports_of(module))):
            if other is not None and other.path not in found and other.kind == "service":
                found[other.path] = other
                queue.append(other)
    return tuple(sorted(found.values(), key=lambda module: module.path))


@lru_cache(maxsize=1)
def own_modules(project: Project) -> frozenset[str]:
    """Files of the service itself: what its app imports, in functions too, and the packages that this stands in; not the
    commands, plugins and other programs of its repository. All of them where no app is known."""
    loaded = imported_by_app(project)
    packages = {m.name.partition(".")[0] for m in loaded if m.path in project.entry_paths and "." in m.name}
    late = served(project)
    return frozenset(m.path for m in loaded) | frozenset(
        m.path
        for m in project.service_modules
        if (not loaded or m.path in late or m.name.partition(".")[0] in packages) and not _COMMANDS.search(m.path)
    )


def _assembling(project: Project) -> frozenset[str]:
    """Files of functions that call the factory of an app: the server imports the outermost."""
    made = [app.router.code for app in project.apps if app.router is not None]
    seen = [code for code in made if isinstance(code, Function)]
    for function in seen:
        callers = (site.code for site in project.callers(function))
        seen += [c for c in callers if isinstance(c, Function) and c not in seen and len(seen) < 20]
    return frozenset(function.module.path for function in seen)


def effects_of_import(project: Project) -> Iterator[Effect]:
    modules = imported_by_app(project)
    own = {f.name for m in project.service_modules for f in m.functions}
    own |= {c.name for m in project.service_modules for c in m.classes}
    telling = _LAST_NAMES | own
    for module in modules:
        if not telling.isdisjoint(module.called):
            aside, guarded = asides(module)
            for site in module.calls:
                if site.deferred or site.call.line in aside or site.call.method not in telling:
                    continue
                for effect in _effects(site, project):
                    yield effect._replace(guarded=effect.guarded or site.call.line in guarded)
        for cls in module.classes:
            for field in cls.facts.fields:
                if type(field.value) is syntax.Call and field.value.method in own:
                    called = _called(project.values.of(field.value.func, module))
                    yield from _effects_of(field.value, module, [called] if called is not None else [], project)


def needed_secrets(project: Project) -> Iterator[tuple[Place, Class, tuple[str, ...]]]:
    """Where settings are read while the service is imported, their class, and its secrets without a default."""
    loaded = _loaded(project) if project.settings else set()
    for settings in project.settings:
        required = tuple(_required_secrets(settings.cls, project))
        site = next(_made_at_import(settings.cls, project, loaded), None) if required else None
        given = {k.name for k in site.call.keywords} if site is not None else set()
        if site is not None and not given.issuperset(required) and "" not in given:
            yield site.place, settings.cls, tuple(name for name in required if name not in given)


def made_at_import(settings: Class, project: Project) -> bool:
    """Whether the service makes its settings when it is imported."""
    return next(_made_at_import(settings, project, _loaded(project)), None) is not None


def _loaded(project: Project) -> set[int]:
    return {id(module) for module in imported_by_app(project)}


def supplied_names(project: Project) -> Callable[[str], bool]:
    """Whether a committed file of variables, no example, gives a setting, perhaps with a prefix."""
    files = (e for e in project.facts.files.environments if e.committed and not e.example)
    names = tuple(name.lower() for environment in files for name, _, _ in environment.values)
    return lambda setting: any(name.endswith(setting.lower()) for name in names)


def _made_at_import(cls: Class, project: Project, loaded: set[int]) -> Iterator[CallSite]:
    """Calls of ``cls`` at the top of a module, or of a function without parameters that makes it."""
    makers = {cls.name}
    for code in project.mentions(cls.name):
        for site in code.calls:
            if site.call.method == cls.name and project.values.target(site) is cls:
                if isinstance(code, Module):
                    if id(code) in loaded and not site.deferred and site.call.line not in asides(code)[0]:
                        yield site
                elif isinstance(code, Function) and code.owner is None and len(makers) < 20:
                    makers.add(code.name)
                    for caller in project.callers(code):
                        outside = isinstance(caller.code, Module) and id(caller.code) in loaded and not caller.deferred
                        if outside and caller.call.line not in asides(caller.code.module)[0]:
                            yield caller


def _required_secrets(cls: Class, project: Project) -> Iterator[str]:
    for owner in reversed(cls.ancestry.project):
        for field in owner.facts.fields:
            optional = field.has_value and not _is_required(field.value, owner.module, project)
            written = syntax.written(field.annotation, 80)
            if not field.annotated or optional or "ClassVar" in written or "default" in written or "None" in written:
                continue
            later = cls.field(field.name)
            if later is not None and later[1] is not field:
                continue
            if SECRET.search(field.name) or "SecretStr" in written:
                yield field.name


def _is_required(value: syntax.Expr, module: Module, project: Project) -> bool:
    """``...``, ``Field(...)`` without a default, and a variable of the environment that has to be there."""
    match value:
        case syntax.Subscript(value=syntax.Ref() as environment):
            found = project.values.of(environment, module)
            return isinstance(found, External) and found.name == "os.environ"
        case syntax.Call(args=[str()]) if "default" not in {k.name for k in value.keywords}:
            reader = project.values.of(value.func, module)
            return isinstance(reader, External) and reader.name in _FAILING_READERS
        case syntax.Opaque(kind="ellipsis"):
            return True
        case syntax.Call(args=args) if value.method == "Field":
            if args:
                return isinstance(args[0], syntax.Opaque)
            return not {k.name for k in value.keywords} & {"default", "default_factory", ""}
    return False


def asides(module: Module) -> tuple[frozenset[int], frozenset[int]]:
    """Lines that do not run on import (``if __name__ == "__main__"``, not its ``else``), and lines under any other condition."""
    aside: set[int] = set()
    guarded: set[int] = set()
    for position, stmt in enumerate(module.body):
        if isinstance(stmt, syntax.If):
            names = {node.name for node in syntax.walk(stmt.test) if isinstance(node, syntax.Ref)}
            after = module.body[position + 1] if position + 1 < len(module.body) else None
            end = getattr(after, "line", stmt.line) if after is not None else module.facts.lines + 1
            if "__name__" in names and stmt.orelse and not isinstance(stmt.orelse[0], syntax.If):
                end = getattr(stmt.orelse[0], "line", end)
            (aside if "__name__" in names or "TYPE_CHECKING" in names else guarded).update(range(stmt.line, end))
    return frozenset(aside), frozenset(guarded)


def _called(value: Value | None) -> Function | None:
    match value:
        case Function():
            return value
        case Bound(function=function):
            return function
        case Class():
            return value.method("__init__")
    return None


def _effects(site: CallSite, project: Project) -> Iterator[Effect]:
    what = _effect(site, project)
    if what:
        yield Effect(site.place, what, (), name=site.call.name)
        return
    functions = [t for t in project.targets(site) if isinstance(t, Function)]
    yield from _effects_of(site.call, site.code.module, functions, project)


def _effects_of(call: syntax.Call, module: Module, functions: list[Function], project: Project) -> Iterator[Effect]:
    """What the functions do that ``call`` runs on import."""
    found = _reached(functions, project)
    if found is not None:
        name = call.name or call.method
        related = (Related(found.far.place, f"`{found.far.call.method}` here"),)
        place = Place(module.path, call.line, call.end_line)
        yield Effect(place, f"calls `{name}`, which {found.what}", related, found.guarded)


class _Far(NamedTuple):
    """A call with an effect, some functions below the one that starts it."""

    far: CallSite
    what: str
    guarded: bool


def _reached(functions: list[Function], project: Project) -> _Far | None:
    """The first call with an effect that one of ``functions`` makes when it runs; one that no condition guards rather than
    one that may not happen."""
    level: list[tuple[Function, tuple[CallSite, ...]]] = [(function, ()) for function in functions]
    seen = {id(function) for function, _ in level}
    guarded: _Far | None = None
    for _ in range(MAX_CALLS_DEEP):
        following: list[tuple[Function, tuple[CallSite, ...]]] = []
        for function, way in level:
            if function.is_async or function.facts.yields:
                continue
            for inner in function.calls:
                if inner.deferred:
                    continue
                what = _effect(inner, project) if inner.call.method in _LAST_NAMES else ""
                doubt = _doubt((*way, inner)) if what else None
                if doubt is False:
                    return _Far(inner, what, guarded=False)
                if doubt:
                    guarded = guarded or _Far(inner, what, guarded=True)
                for target in project.targets(inner):
                    if isinstance(target, Function) and id(target) not in seen:
                        seen.add(id(target))
                        following.append((target, (*way, inner)))
        level = following[:50]
    return guarded


def _doubt(way: tuple[CallSite, ...]) -> bool | None:
    """Whether a condition guards one of the calls; None where one only happens after an error."""
    guarded = False
    for site in way:
        if isinstance(site.code, Function):
            after_error, conditional = _conditional_lines(site.code)
            if site.call.line in after_error:
                return None
            guarded = guarded or site.call.line in conditional
    return guarded


def _conditional_lines(function: Function) -> tuple[frozenset[int], frozenset[int]]:
    """Lines of blocks that only run in case of an error, and of those under a condition that asks for more than whether
    the file or object is there already."""
    after_error: set[int] = set()
    conditional: set[int] = set()
    for stmt in function.statements:
        if isinstance(stmt, syntax.Try):
            for handler in stmt.handlers:
                after_error.update(getattr(inner, "line", 0) for inner in syntax.statements(handler.body))
        elif isinstance(stmt, syntax.If) and not _asks_whether_there(stmt.test):
            for block in syntax.blocks(stmt):
                conditional.update(_lines_of(block))
    leaving = next((n for n, stmt in enumerate(function.body) if _leaves(stmt)), len(function.body))
    conditional.update(_lines_of(function.body[leaving + 1 :]))
    return frozenset(after_error), frozenset(conditional)


def _leaves(stmt: syntax.Stmt) -> bool:
    """``if not enabled: return``: what follows may not happen."""
    return isinstance(stmt, syntax.If) and bool(stmt.body) and isinstance(stmt.body[-1], syntax.Return)


def _lines_of(body: syntax.Body) -> Iterator[int]:
    for stmt in syntax.statements(body):
        yield getattr(stmt, "line", 0)
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if type(node) is syntax.Call:
                    yield node.line


def _asks_whether_there(test: syntax.Expr) -> bool:
    names = {node.method for node in syntax.walk(test) if isinstance(node, syntax.Call)}
    return not names.isdisjoint({"exists", "isdir", "is_dir", "isfile", "is_file"}) and not isinstance(test, syntax.Ref)


def _effect(site: CallSite, project: Project) -> str:
    """What a call does beyond the process, after "importing it"; "" where nothing is known."""
    call = site.call
    if call.name.endswith("metadata.create_all"):
        return "connects to the database and makes its tables"
    for target in project.targets(site):
        if not isinstance(target, External):
            continue
        if target.name in _OPENING:
            at = 0 if target.name == "pathlib.Path.open" else 1
            mode = call.argument(at, "mode")
            if isinstance(mode, str) and _WRITE_MODE.search(mode):
                return "writes a file"
            continue
        if target.name == "logging.config.dictConfig":
            if _logs_to_file(call, site, project):
                return "opens a log file"
            continue
        if target.name in _KNOWN and not (target.name == "pymongo.MongoClient" and call.keyword("connect") is False):
            return _KNOWN[target.name]
        known = blocking(target.name)
        if known is not None and known.waits_for not in _SILENT and not _local(target.name, call):
            return f"waits for {known.waits_for}" if known.waits_for != "a process" else "starts a process"
    return ""


def _logs_to_file(call: syntax.Call, site: CallSite, project: Project) -> bool:
    """Whether one of the handlers of a written-out configuration opens its file at once."""
    given = call.argument(0, "config")
    if isinstance(given, syntax.Missing):
        return False
    settings = project.constants.given(given, site.code)
    handlers = [
        node
        for node in syntax.walk(settings.expr if settings is not None else given)
        if isinstance(node, syntax.Mapping)
        and any(isinstance(value, str) and value in _WRITING for value in node.values)
    ]
    return any(
        not any(key == "delay" and value is True for key, value in zip(node.keys, node.values, strict=True))
        for node in handlers
    )


def _local(name: str, call: syntax.Call) -> bool:
    """A database in memory, and the making of a command or pipeline that is sent later."""
    first = call.args[0] if call.args else None
    return name == "sqlite3.connect" and first == ":memory:"
