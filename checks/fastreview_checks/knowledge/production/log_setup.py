"""How log lines get their form: what makes each one a JSON object, in code and in the imported process.

Sources: documentation of python-json-logger, structlog, loguru, ecs-logging, json-log-formatter, dockerflow, python-logstash,
google-cloud-logging, aws-lambda-powertools.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Class, Code, External, Function, Place, Project, syntax
from fastreview_checks.knowledge.importing import own_modules
from fastreview_checks.knowledge.production.serving import starts

_JSON_MAKERS = re.compile(
    r"^(?:pythonjsonlogger\.|json_log_formatter\.|ecs_logging\.|logstash_?\w*\.|cmreslogging\.|structlog\.(?:processors\.)?JSONRenderer"
    r"|dockerflow\.logging\.|google\.cloud\.logging(?:_v2)?\.handlers|azure\.monitor\.opentelemetry\.|aws_lambda_powertools\.(?:logging\.)?Logger|json_logging\.|rotoger\.|fastapi_structlog\."
    r"|uvicorn_json\.|logging_json\.|asgi_logger\.json|structlog_gcp\.|structlog_ecs|msgspec_logging)"
)
_DOTTED = re.compile(r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")
_JSON_FORMAT = re.compile(r"^\s*\{\s*['\"]\w+['\"]\s*:.*%\((?:message|msg)\)", re.DOTALL)
_SET_UP_PATH = re.compile(r"log|config|settings|constants", re.IGNORECASE)
_SETTING_UP = frozenset({"dictConfig", "basicConfig", "setFormatter"})
_DUMPS = frozenset({"dumps", "dump_json", "encode", "to_json", "model_dump_json"})
_FORMATTERS = frozenset({"logging.Formatter"})
_SERVER_OPTION = re.compile(
    r"--log-config(?:-json)?\b|^logconfig(?:_dict|_json)?\s*=|\blog_config=|\bUVICORN_LOG_CONFIG\b", re.MULTILINE
)
_SETS_UP = re.compile(
    r"(?:configure|set_?up|init(?:iali[sz]e)?|enable)_(?:\w+_)?(?:logs?|logging|loggers?)", re.IGNORECASE
)
_WRITING_TEXT = frozenset({"logging", "uvicorn", "celery", "alembic", "sentry_sdk", "logfire"})
_FROM_FILE = frozenset({"logging.config.fileConfig"})


def json_setup(project: Project) -> Place | None:
    """Where lines are made JSON objects, in code that belongs to the service."""
    return next(_places(project), None)


def _places(project: Project) -> Iterator[Place]:
    own = own_modules(project)
    for module in project.service_modules:
        if module.path not in own:
            continue
        for imported in module.facts.imports:
            if _makes_json(imported.module, imported.name):
                yield from _use(project, module.path, imported.bound)
        if _SET_UP_PATH.search(module.path) or not _SETTING_UP.isdisjoint(module.called):
            for code in module.codes():
                yield from _in_code(code)
    for code in project.mentions("dictConfig", "basicConfig", "setFormatter", "JSONRenderer"):
        if code.module.path in own:
            yield from _in_code(code)
    for cls in _own_formatters(project):
        if cls.module.path in own and _is_used(cls, project):
            yield cls.place
    yield from _of_loguru(project, own)


@lru_cache(maxsize=10_000)
def _makes_json(module: str, name: str) -> bool:
    return _JSON_MAKERS.search(f"{module}.{name}") is not None


def _of_loguru(project: Project, own: frozenset[str]) -> Iterator[Place]:
    """``serialize=True``, and sinks of the service that write JSON."""
    for site in project.calls("add", "configure", "patch"):
        if site.code.module.path in own and _loguru(project, site.call.func, site.code):
            serialised = site.call.keyword("serialize")
            if serialised is not False and not isinstance(serialised, syntax.Missing):
                yield site.place
            for given in (*site.call.args, *(k.value for k in site.call.keywords)):
                for node in syntax.walk(given):
                    value = project.values.of(node, site.code) if isinstance(node, syntax.Ref) else None
                    if isinstance(value, Function) and not _DUMPS.isdisjoint(value.called):
                        yield site.place


def _use(project: Project, path: str, name: str) -> Iterator[Place]:
    """Where an imported name is used: an import alone makes nothing."""
    root = name.partition(".")[0]
    for code in project.mentions(root):
        if code.module.path == path:
            yield Place(
                path, next((c.call.line for c in code.calls if c.call.name.startswith(root)), max(code.line, 1))
            )
    for module in project.service_modules:
        if module.path == path:
            for cls in module.classes:
                if any(isinstance(b, syntax.Ref) and b.root == root for b in cls.facts.bases):
                    yield cls.place


def _in_code(code: Code) -> Iterator[Place]:
    """Names of formatters in the strings of a dictConfig, and formats that are JSON."""
    renders = "JSONRenderer" in code.mentioned
    for statement in code.statements:
        for expr in syntax.expressions(statement):
            for node in syntax.walk(expr):
                if (
                    type(node) is str
                    and ((_DOTTED.match(node) and _JSON_MAKERS.search(node)) or _JSON_FORMAT.match(node))
                ) or (renders and type(node) is syntax.Ref and node.last == "JSONRenderer"):
                    yield Place(code.module.path, statement.line)


def _own_formatters(project: Project) -> Iterator[Class]:
    """Formatters of the service that write JSON."""
    for module in project.service_modules:
        for cls in module.classes:
            if cls.ancestry.external & _FORMATTERS and any(
                not _DUMPS.isdisjoint(m.called) for c in cls.ancestry.project for m in c.methods.values()
            ):
                yield cls


def _is_used(cls: Class, project: Project) -> bool:
    """Whether code names the class, or a dictConfig does by its full name."""
    if next(project.mentions(cls.name), None) is not None:
        return True
    ending = f".{cls.name}"
    return any(
        isinstance(node, str) and node.endswith(ending)
        for module in project.service_modules
        for code in module.codes()
        if code.may_say(ending.encode().lower())
        for statement in code.statements
        for expr in syntax.expressions(statement)
        for node in syntax.walk(expr)
    )


def _loguru(project: Project, func: syntax.Expr, code: Code) -> bool:
    value = project.values.of(func, code)
    return isinstance(value, External) and value.package == "loguru"


def shown(project: Project) -> bool | None:
    """Whether the imported process writes JSON lines; None where nothing was seen of its logging."""
    probe = project.facts.probe
    if probe is None:
        return None
    own = [o for o in probe.logging if o.sample and (o.library != "logging" or not o.logger)]
    if not own:
        return None
    return any(is_object(output.sample) for output in own)


def is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def file_setup(project: Project) -> Place | None:
    """Where a file that is not read configures logging."""
    option = next((start.place for start in starts(project) if _SERVER_OPTION.search(start.text)), None)
    if option is not None:
        return option
    for site in project.calls("fileConfig"):
        target = project.values.target(site)
        if isinstance(target, External) and target.name in _FROM_FILE:
            return site.place
    for site in project.calls("dictConfig"):
        given = site.call.args[0] if site.call.args else None
        if any(
            isinstance(n, syntax.Call) and n.method in ("safe_load", "load", "loads", "read_text")
            for n in syntax.walk(given)
        ):
            return site.place
        if isinstance(given, syntax.Ref) and any(
            isinstance(n, syntax.Call) and n.method in ("safe_load", "load", "loads")
            for binding in site.code.bindings.get(given.name, ())
            for n in syntax.walk(binding.expr)
        ):
            return site.place
    return None


def text_setup(project: Project) -> Place | None:
    """Where logging is set up to write text."""
    own = own_modules(project)
    for site in project.calls("basicConfig", "dictConfig", "fileConfig", "setFormatter", "add"):
        if site.code.module.path not in own:
            continue
        target = project.values.target(site)
        if site.call.method == "add":
            if _loguru(project, site.call.func, site.code):
                return site.place
        elif site.call.method == "setFormatter" or (isinstance(target, External) and target.package == "logging"):
            return site.place
    return None


def library_setup(project: Project) -> str:
    """The function of another package that sets logging up, by its name, or ""."""
    own = own_modules(project)
    for site in project.calls(*(word for word in project.words if _SETS_UP.fullmatch(word))):
        target = project.values.target(site)
        if site.code.module.path in own and isinstance(target, External) and target.package not in _WRITING_TEXT:
            return target.name
    return ""
