"""Work that is missed when it is lost, or that is too heavy to run beside requests; and the queues that it belongs in.

Sources: the documentation of the libraries.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import CallSite, External, Function, Place, Project
from fastreview_checks.knowledge.core.background import serving
from fastreview_checks.knowledge.cpu_bound import BY_NAME


class Lasting(NamedTuple):
    """``does`` reads after the name of what does it ("sends e-mail"); ``name`` is the call that shows it."""

    does: str
    name: str


_BY_LIBRARY = (
    (
        "sends e-mail",
        ("smtplib.", "aiosmtplib.", "fastapi_mail.", "sendgrid.", "mailjet_rest.", "postmarker.", "emails.", "resend.",
         "yagmail.", "mailersend.", "redmail.", "fastmail."),
    ),
    ("moves money", ("stripe.", "paypalrestsdk.", "braintree.", "square.", "razorpay.", "mollie.", "adyen.", "iyzipay.")),
    ("sends a message", ("twilio.", "vonage.", "firebase_admin.messaging.", "slack_sdk.", "telegram.", "telebot.",
                         "pywebpush.", "discord.")),
    ("runs a program", ("subprocess.", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "docker.")),
    ("runs a model", ("torch.", "transformers.", "whisper.", "sentence_transformers.", "openai.", "anthropic.", "litellm.",
                      "langchain")),
    ("renders a document", ("weasyprint.", "reportlab.", "pdfkit.", "xhtml2pdf.", "moviepy.")),
)  # fmt: skip
_HARMLESS = re.compile(
    r"\.(?:get|info|debug|warning|error|exception|close|aclose)$|Error$|Exception$|\.[A-Z]\w*(?:Config|Schema|Type)$"
)

_CHANGES = "changes something in another service"
_CLIENTS = ("httpx.", "requests.", "aiohttp.ClientSession.")
_WRITING = frozenset({"post", "put", "patch", "delete", "request", "send", "stream"})

_NAMED = (
    ("sends e-mail", re.compile(r"(?:^|_)send\w*_(?:e_?mail|mail|invitation|invite|newsletter)|(?:^|_)e?mail\w*_send", re.IGNORECASE)),
    ("moves money", re.compile(r"(?:^|_)(?:charge|refund|capture|process|settle)_\w*(?:payment|card|order|payout|invoice)", re.IGNORECASE)),
)  # fmt: skip

# What may be lost: nobody's order depends on it.
_MAY_BE_LOST = re.compile(
    r"telemetry|analytic|metric|track(?!ing_number)|posthog|amplitude|mixpanel|splunk|statsd|segment|usage|heartbeat|ping|warm|cache|_?log(?:s|_|$)|stat(?:s|istic)",
    re.IGNORECASE,
)

_OBSERVING = re.compile(r"(?:^|[._])(?:telemetry|observability|analytics|metrics|monitoring|tracing)(?:$|[._])")
"""Modules whose work it is to tell others how the service does."""
_ASKING = re.compile(r"^_*(?:fetch|get|load|read|poll|prefetch|look_?up)(?:_|$)")
"""Names of what only asks, though by a POST."""

QUEUES = ("celery", "arq", "dramatiq", "taskiq", "rq", "huey", "procrastinate", "saq", "pgqueuer", "streaq", "faststream",
          "aio_pika", "aiokafka", "temporalio", "google.cloud.tasks", "hatchet_sdk")  # fmt: skip
_DISPATCHED = frozenset({"delay", "apply_async", "enqueue_job", "kiq", "send_task", "defer_async", "send_with_options"})
_QUEUED = frozenset({"enqueue", "enqueue_in", "enqueue_at", "defer", "publish", "send_and_wait"})
"""Methods of queues that others have too."""

_DEPTH = 4
_WIDTH = 400


def lasting(function: Function, project: Project) -> Lasting | None:
    """What ``function`` does that must not be lost, in its own body or in what it calls."""
    if _MAY_BE_LOST.search(function.name) or _OBSERVING.search(function.module.name):
        return None
    asks = _ASKING.search(function.name) is not None
    level, seen = [function], {id(function)}
    for _ in range(_DEPTH):
        following: list[Function] = []
        for current in level:
            for site in current.calls:
                for target in project.targets(site):
                    if isinstance(target, Function) and id(target) not in seen and len(seen) < _WIDTH:
                        seen.add(id(target))
                        following.append(target)
                    known = _known(target.name, site) if isinstance(target, External) else None
                    if known is not None and not (asks and known.does == _CHANGES):
                        said = by_name(function.name)
                        return Lasting(said.does, known.name) if said is not None else known
        level = following
    return None


def by_name(name: str) -> Lasting | None:
    """What a function says that it does, where its code is not there to ask."""
    last = name.rpartition(".")[2]
    return next((Lasting(does, last) for does, pattern in _NAMED if pattern.search(last)), None)


def _known(name: str, site: CallSite) -> Lasting | None:
    if name in BY_NAME and not BY_NAME[name].small:
        return Lasting("computes for long", name)
    if name.startswith(_CLIENTS) and site.call.method in _WRITING:
        return Lasting(_CHANGES, name)
    for does, libraries in _BY_LIBRARY:
        if name.startswith(libraries) and not _HARMLESS.search(name):
            return Lasting(does, name)
    return None


def dispatched(project: Project) -> Iterator[Place]:
    """Where requests hand work to a queue that the service imports."""
    if not any(queue.partition(".")[0] in project.imported_packages for queue in QUEUES):
        return
    requested = serving(project)
    for site in project.calls(*_DISPATCHED, *_QUEUED):
        if id(site.code) not in requested:
            continue
        value = project.values.target(site)
        if site.call.method in _DISPATCHED or (isinstance(value, External) and value.name.startswith(QUEUES)):
            yield site.place
