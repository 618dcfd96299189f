"""What shows from outside how a service does: metrics, traces, error trackers, and how each is wired.

Sources: the documentation of prometheus-client, prometheus-fastapi-instrumentator, starlette-exporter, OpenTelemetry Python,
Sentry, Logfire, Datadog, New Relic, Elastic APM, AWS X-Ray, Azure Monitor, Rollbar, Bugsnag, Honeybadger, statsd.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Code, External, Function, Instance, Place, Project, syntax
from fastreview_checks.knowledge.importing import imported_by_app, own_modules

_WIRING = {
    "sentry_sdk.init": "Sentry",
    "logfire.instrument_fastapi": "Logfire",
    "logfire.configure": "Logfire",
    "prometheus_fastapi_instrumentator.Instrumentator.instrument": "Prometheus",
    "prometheus_fastapi_instrumentator.Instrumentator.expose": "Prometheus",
    "prometheus_client.start_http_server": "Prometheus",
    "prometheus_client.make_asgi_app": "Prometheus",
    "prometheus_client.make_wsgi_app": "Prometheus",
    "prometheus_client.generate_latest": "Prometheus",
    "prometheus_client.exposition.generate_latest": "Prometheus",
    "prometheus_client.push_to_gateway": "Prometheus",
    "starlette_exporter.handle_metrics": "Prometheus",
    "starlette_prometheus.metrics": "Prometheus",
    "fastapi_prometheus.add_metrics": "Prometheus",
    "opentelemetry.instrumentation.fastapi.FastAPIInstrumentor.instrument_app": "OpenTelemetry",
    "opentelemetry.instrumentation.fastapi.FastAPIInstrumentor.instrument": "OpenTelemetry",
    "opentelemetry.instrumentation.auto_instrumentation.initialize": "OpenTelemetry",
    "opentelemetry.trace.set_tracer_provider": "OpenTelemetry",
    "opentelemetry.metrics.set_meter_provider": "OpenTelemetry",
    "azure.monitor.opentelemetry.configure_azure_monitor": "Azure Monitor",
    "ddtrace.patch_all": "Datadog",
    "ddtrace.patch": "Datadog",
    "datadog.initialize": "Datadog",
    "newrelic.agent.initialize": "New Relic",
    "elasticapm.contrib.starlette.make_apm_client": "Elastic APM",
    "aws_xray_sdk.core.patch_all": "X-Ray",
    "aws_xray_sdk.core.xray_recorder.configure": "X-Ray",
    "rollbar.init": "Rollbar",
    "bugsnag.configure": "Bugsnag",
    "honeybadger.configure": "Honeybadger",
    "honeybadger.honeybadger.configure": "Honeybadger",
    "statsd.StatsClient": "statsd",
    "statsd.defaults.env.statsd": "statsd",
    "datadog.dogstatsd.DogStatsd": "statsd",
    "markus.configure": "statsd",
    "scout_apm.api.Config.set": "Scout",
    "appsignal.Appsignal.start": "AppSignal",
    "hyperdx.HyperDX": "HyperDX",
    "uptrace.configure_opentelemetry": "Uptrace",
}
_PARTS = {name.rpartition(".")[2] for name in _WIRING}
_PREFIXES = (
    ("opentelemetry.instrumentation.", "OpenTelemetry"),
    ("prometheus_fastapi_instrumentator.", "Prometheus"),
)
_MIDDLEWARE = re.compile(
    r"(?P<prometheus>prometheus|starlette_exporter|aioprometheus)|(?P<sentry>sentry)|(?P<otel>opentelemetry|OpenTelemetryMiddleware)"
    r"|(?P<datadog>ddtrace|TraceMiddleware)|(?P<elastic>elasticapm)|(?P<newrelic>newrelic)|(?P<xray>xray)|(?P<rollbar>rollbar)"
    r"|(?P<statsd>statsd)|(?P<scout>scout_apm)|(?P<logfire>logfire)",
    re.IGNORECASE,
)
_NAMES = {
    "prometheus": "Prometheus", "sentry": "Sentry", "otel": "OpenTelemetry", "datadog": "Datadog", "elastic": "Elastic APM",
    "newrelic": "New Relic", "xray": "X-Ray", "rollbar": "Rollbar", "statsd": "statsd", "scout": "Scout", "logfire": "Logfire",
}  # fmt: skip
_LAUNCHERS = re.compile(
    r"\b(?P<tool>opentelemetry-instrument|ddtrace-run|newrelic-admin\s+run-program|splunk-py-trace)\b"
)
_COUNTING = frozenset({"prometheus_client", "prometheus_fastapi_instrumentator", "starlette_exporter", "aioprometheus"})
_METRICS_PATH = re.compile(r"(?:^|/)(?:metrics|prometheus)/?$")
INSTALLED = re.compile(
    r"^(?:prometheus-client|prometheus-fastapi-instrumentator|starlette-exporter|opentelemetry-.*|sentry-sdk|logfire|ddtrace|newrelic"
    r"|elastic-apm|statsd|rollbar|bugsnag)$"
)


class Wired(NamedTuple):
    """``seen`` says that the imported app has it, or loads the code that wires it."""

    place: Place
    what: str
    seen: bool


def wired(project: Project) -> Iterator[Wired]:
    """Metrics, traces and error trackers that the service wires, those seen in the running app first."""
    found = [*_in_apps(project), *_calls(project), *_launchers(project)]
    yield from sorted(found, key=lambda one: not one.seen)


def _in_apps(project: Project) -> Iterator[Wired]:
    for middleware in project.middleware:
        match = _MIDDLEWARE.search(middleware.library)
        if match and match.lastgroup:
            yield Wired(middleware.place, _NAMES[match.lastgroup], middleware.facts is not None)
    exposes = _exposes(project)
    for route in project.routes:
        if _METRICS_PATH.search(route.path) and (
            exposes or (route.endpoint is not None and _writes_metrics(route.endpoint))
        ):
            yield Wired(route.place, "Prometheus", route.facts is not None)


def _exposes(project: Project) -> bool:
    """Whether a library counts behind "/metrics", which may be a resource of the business."""
    return any(
        imported.module.partition(".")[0] in _COUNTING
        for module in project.service_modules
        if not _COUNTING.isdisjoint(module.imported)
        for imported in module.facts.imports
    )


def _calls(project: Project) -> Iterator[Wired]:
    own = own_modules(project)
    loaded = {module.path for module in imported_by_app(project)}
    imported = any(app.facts is not None for app in project.apps)
    for site in project.calls(*_PARTS, "instrument_app", "instrument", "expose"):
        what = _named(project, site.call.func, site.code)
        if what and site.code.module.path in own:
            yield Wired(site.place, what, imported and site.code.module.path in loaded)


def _named(project: Project, func: syntax.Expr, code: Code) -> str:
    value = project.values.of(func, code)
    name = value.name if isinstance(value, External) else ""
    if not name and isinstance(func, syntax.Attribute):
        owner = project.values.of(func.value, code)
        match owner:
            case Instance(of=External(name=holder)) | External(name=holder):
                name = f"{holder}.{func.attr}"
    known = _WIRING.get(name, "")
    return known or next((what for prefix, what in _PREFIXES if name.startswith(prefix)), "")


def _launchers(project: Project) -> Iterator[Wired]:
    files = project.facts.files
    lines = [(Place(path, line), text) for path, line, text in files.commands]
    for container in files.containers:
        for stage in container.stages:
            lines += [
                (Place(container.path, i.line), i.value)
                for i in stage.instructions
                if i.keyword in ("CMD", "ENTRYPOINT")
            ]
    for manifest in files.manifests:
        lines += [(Place(manifest.path, c.line), c.command) for c in manifest.containers]
    for place, text in lines:
        if match := _LAUNCHERS.search(text):
            yield Wired(place, match["tool"].split()[0], seen=True)


def only_installed(project: Project) -> tuple[str, ...]:
    """Packages for it that are declared for running, though nothing wires them."""
    return tuple(r.name for r in project.facts.files.requirements if not r.group and INSTALLED.match(r.name))


def _writes_metrics(function: Function) -> bool:
    """Whether a function writes metrics in the text format by hand: ``# TYPE http_requests_total counter``."""
    return any(
        isinstance(node, str) and "# TYPE " in node
        for statement in function.statements
        for expr in syntax.expressions(statement)
        for node in syntax.walk(expr)
    )
