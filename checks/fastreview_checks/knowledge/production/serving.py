"""How the server process is started, in files and in code, and what of its setup is decided there.

Sources: the settings references of Uvicorn, Gunicorn, Hypercorn and Granian, FastAPI's deployment pages, and the README of
the tiangolo/uvicorn-gunicorn images. Uvicorn reads every option from ``UVICORN_...`` too, Granian from ``GRANIAN_...``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Code, External, Place, Project, syntax
from fastreview_checks.knowledge.containers import ASIDE_NAME, RELOAD, instructions, lineage, shipping, started_scripts

SERVER = re.compile(
    r"(?:^|[\s/\"'\[,=&;])(?:uvicorn|gunicorn|hypercorn|granian|daphne|uwsgi)(?=[\s\"',]|$)|\bfastapi[\s\"',]+run\b|-m[\s\"',]+(?:uvicorn|gunicorn|hypercorn|granian)"
)
_PYTHON_IMAGES = re.compile(r"tiangolo/uvicorn-gunicorn")
_DEVELOPMENT_COMMAND = re.compile(r"\bfastapi[\s\"',]+dev\b|--reload\b(?![-\w])|\breload\s*=\s*True")
FUNCTIONS = re.compile(r"lambda/python|awslambdaric|azure-functions/python|aws-lambda-rie")

PARTS = {
    "workers": re.compile(
        r"--workers\b|(?:^|\s)-w[ =]?[\d$]|\bWEB_CONCURRENCY\b|\b(?:UVICORN|GRANIAN)_WORKERS\b|^workers\s*=|\bworkers=|\bMAX_WORKERS\b"
        r"|\bWORKERS_PER_CORE\b|^bind_workers",
        re.MULTILINE,
    ),
    "proxy headers": re.compile(
        r"--(?:no-)?proxy-headers|--forwarded-allow-ips|\bFORWARDED_ALLOW_IPS\b|^(?:forwarded_allow_ips|proxy_allow_ips|secure_scheme_headers)\s*="
        r"|\bproxy_headers=|\bforwarded_allow_ips=|ProxyHeadersMiddleware|ProxyFixMiddleware|wrap_asgi_with_proxy_headers|\bUVICORN_PROXY_HEADERS\b",
        re.MULTILINE,
    ),
    "graceful shutdown": re.compile(
        r"--timeout-graceful-shutdown|--graceful-timeout|^graceful_timeout\s*=|\btimeout_graceful_shutdown=|\bgraceful_timeout="
        r"|--workers-kill-timeout|\bworkers_kill_timeout=|\bGRACEFUL_TIMEOUT\b|\bUVICORN_TIMEOUT_GRACEFUL_SHUTDOWN\b|\bGRANIAN_WORKERS_KILL_TIMEOUT\b",
        re.MULTILINE,
    ),
    "keep-alive": re.compile(
        r"--timeout-keep-alive|--keep-alive\b|^keepalive\s*=|\btimeout_keep_alive=|\bkeep_alive_timeout\b|\bkeepalive=|\bKEEP_ALIVE\b"
        r"|--(?:no-)?http1-keep-alive|\bhttp1_keep_alive=|\bUVICORN_TIMEOUT_KEEP_ALIVE\b|\bGRANIAN_HTTP1_KEEP_ALIVE\b",
        re.MULTILINE,
    ),
}

_RUNS = frozenset({"CMD", "ENTRYPOINT"})
_RUNNERS = {
    "uvicorn.run",
    "uvicorn.Config",
    "uvicorn.main.run",
    "granian.Granian",
    "granian.server.Granian",
    "hypercorn.config.Config",
    "hypercorn.Config",
    "gunicorn.app.base.BaseApplication",
    "gunicorn.app.wsgiapp.WSGIApplication",
}
_PROXY_MIDDLEWARE = re.compile(r"ProxyHeadersMiddleware|ProxyFixMiddleware")


class Start(NamedTuple):
    """One way in which the server is started or set up; ``text`` is the command or the settings, as written."""

    place: Place
    text: str


def starts(project: Project) -> Iterator[Start]:
    """Every way to start the server that is not for development only."""
    for start in (*_of_images(project), *_of_manifests(project), *_of_files(project), *_of_code(project)):
        if not _DEVELOPMENT_COMMAND.search(start.text) and not RELOAD.search(start.text):
            yield start
    for middleware in project.middleware:
        if _PROXY_MIDDLEWARE.search(middleware.library or middleware.name):
            yield Start(middleware.place, "ProxyHeadersMiddleware")


@lru_cache(maxsize=1)
def launchers(project: Project) -> frozenset[str]:
    """Modules that start the server and are themselves what an image, a manifest or a Procfile starts: the process of the
    service, though the app does not import them."""
    files = project.facts.files
    commands = [c.command for m in files.manifests for c in m.containers]
    commands += [i.value for c in files.containers for s in c.stages for i in s.instructions if i.keyword in _RUNS]
    commands += [text for path, _, text in files.commands if path.endswith(("Procfile", ".sh"))]
    words = {word.removeprefix("./") for text in commands for word in re.findall(r"[\w./-]+", text)}
    starting = {start.place.path for start in _of_code(project)}
    return frozenset(
        module.path
        for module in project.service_modules
        if module.path in starting
        and any(w and (module.path.endswith(w) or module.name == w) for w in words if "." in w)
    )


def _of_images(project: Project) -> Iterator[Start]:
    for facts in shipping(project):
        stages = lineage(facts)
        if _PYTHON_IMAGES.search(stages[-1].image):
            # Its start script computes the workers and sets both timeouts: documented in the image's README.
            yield Start(Place(facts.path, stages[-1].line), "gunicorn --workers --graceful-timeout --keep-alive")
        variables = "\n".join(i.value for i in instructions(stages, "ENV"))
        commands = list(instructions(stages, "CMD", "ENTRYPOINT"))
        for command in commands:
            text = command.value.replace('", "', " ").replace('","', " ")
            if SERVER.search(text):
                yield Start(Place(facts.path, command.line), f"{text}\n{variables}")
            scripts = list(started_scripts(project, command.value))
            for path, line, script in scripts:
                if SERVER.search(script):
                    exported = "\n".join(other for name, _, other in scripts if name == path and "=" in other)
                    yield Start(Place(path, line), f"{script}\n{variables}\n{exported}")
        if not commands and any(part.search(variables) for part in PARTS.values()):
            yield Start(Place(facts.path), variables)


def _of_manifests(project: Project) -> Iterator[Start]:
    for manifest in project.facts.files.manifests:
        if ASIDE_NAME.search(manifest.path.rpartition("/")[2]):
            continue
        for container in manifest.containers:
            variables = "\n".join(f"{name}={value}" for name, value in container.environment)
            if SERVER.search(container.command) or any(part.search(variables) for part in PARTS.values()):
                yield Start(Place(manifest.path, container.line), f"{container.command}\n{variables}")


def _of_files(project: Project) -> Iterator[Start]:
    """Procfiles, units, scripts that no image names, and the settings file of Gunicorn."""
    started = {t.path for t in project.facts.files.targets}
    for path, line, text in project.facts.files.commands:
        name = path.rpartition("/")[2].lower()
        if path in started or ASIDE_NAME.search(name):
            continue
        if name.startswith("gunicorn") or SERVER.search(text):
            yield Start(Place(path, line), text)


def _of_code(project: Project) -> Iterator[Start]:
    for site in project.calls(*{name.rpartition(".")[2] for name in _RUNNERS}):
        target = project.values.target(site)
        if isinstance(target, External) and target.name in _RUNNERS:
            given = [f"{k.name}={syntax.written(k.value, 60)}" for k in site.call.keywords if k.name]
            yield Start(site.place, "\n".join((*given, *_spread(site.call, site.code), *_assigned(site.code))))


def _spread(call: syntax.Call, code: Code) -> Iterator[str]:
    """Keys of a mapping that is spread into a call: ``uvicorn.run(**options)``."""
    for keyword in call.keywords:
        if keyword.name:
            continue
        named = code.bindings.get(keyword.value.name, ()) if isinstance(keyword.value, syntax.Ref) else ()
        for value in (keyword.value, *(binding.expr for binding in named)):
            if isinstance(value, syntax.Mapping):
                yield from (f"{key}=" for key in value.keys if isinstance(key, str))
            elif isinstance(value, syntax.Call) and value.name == "dict":
                yield from (f"{one.name}=" for one in value.keywords)


def _assigned(code: Code) -> Iterator[str]:
    """``config.graceful_timeout = 20``: the settings of Hypercorn are attributes."""
    for statement in code.statements:
        for target in statement.targets if isinstance(statement, syntax.Assign) else ():
            if isinstance(target, syntax.Ref) and "." in target.name:
                yield f"{target.last} ="
