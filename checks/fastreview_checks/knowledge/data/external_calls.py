"""Calls of other systems between two places of a function: what has been written before them may be meant to last."""

import re

from fastreview.api import CallSite, External, Function, Project

_OUTSIDE = re.compile(
    r"^(?:httpx|requests|aiohttp|stripe|boto3|aioboto3|openai|anthropic|kubernetes|docker|celery|smtplib|aiosmtplib|redis|grpc)\."
)
_TELLING = re.compile(
    r"send|publish|enqueue|notify|dispatch|delay|charge|upload|request|call|emit|trigger|deploy|run|execute_|provision|generate|extract|embed|transcribe|download",
    re.IGNORECASE,
)
_DEPTH = 2


def calls_outside(function: Function, first: CallSite, second: CallSite, project: Project) -> bool:
    """Whether ``function`` may talk to another system after ``first`` and before ``second``."""
    for site in function.calls:
        if first.call.line < site.call.line < second.call.line or (site is second and first is not second):
            if site.call.method != "execute" and _TELLING.search(site.call.method):
                return True
            if any(_is_outside(target, project, _DEPTH) for target in project.targets(site)):
                return True
    return False


def _is_outside(target: Function | External, project: Project, depth: int) -> bool:
    if isinstance(target, External):
        return _OUTSIDE.match(target.name) is not None
    inner = (t for site in target.calls for t in project.targets(site)) if depth else ()
    return any(_is_outside(t, project, depth - 1) for t in inner if t is not target)
