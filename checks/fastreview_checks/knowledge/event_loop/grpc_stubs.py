"""Calls through stubs that gRPC's compiler generated: over a synchronous channel they wait for the answer.

Source: gRPC Python's basics tutorial and the reference of its AsyncIO API, whose channels give the same stubs awaitable
methods.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import CallSite, Class, External, Instance, Project, syntax
from fastreview_checks.knowledge.blocking import Blocking

GRPC = Blocking("another service", "a channel of `grpc.aio`", ())

_GENERATED = re.compile(r"_pb2_grpc(?:\.\w+)*\.(\w+Stub)$")
_CHANNELS = frozenset({"grpc.insecure_channel", "grpc.secure_channel"})
_ONE_ANSWER = frozenset({"unary_unary", "stream_unary"})
"""Methods of channels that make a call with one answer: others give an iterator at once."""


def stub_called(site: CallSite, project: Project) -> str:
    """``OrdersStub.Place`` where ``site`` sends a request and waits for its answer, or ""."""
    if not site.call.method[:1].isupper() or site.call.receiver is None or not _synchronous(project):
        return ""
    stub = project.values.of(site.call.receiver, site.code)
    match stub:
        case Instance(of=Class() as cls) if cls.module.path.endswith("_pb2_grpc.py") and _waits(cls, site.call.method):
            return f"{cls.name}.{site.call.method}"
        case Instance(of=External(name=name)) if found := _GENERATED.search(name):
            return f"{found[1]}.{site.call.method}"
    return ""


def single_calls(project: Project) -> Iterator[tuple[CallSite, str]]:
    """Calls with one answer through stubs that the project holds, whatever their channel, with what is called. Where
    interceptors stand between, they may set the deadline, and there are none."""
    if any(True for _ in project.calls("intercept_channel")):
        return
    stubs = [
        cls
        for module in project.modules
        if module.path.endswith("_pb2_grpc.py")
        for cls in module.classes
        if cls.name.endswith("Stub")
    ]
    methods = {t.last for stub in stubs for _, t in _methods(stub)}
    for site in project.calls(*methods):
        stub = project.values.of(site.call.receiver, site.code) if site.call.receiver is not None else None
        if isinstance(stub, Instance) and stub.of in stubs and _waits(stub.of, site.call.method):
            yield site, f"{stub.of.name}.{site.call.method}"


@lru_cache(maxsize=8)
def _synchronous(project: Project) -> bool:
    """Whether all channels of the project are synchronous ones."""
    made = [project.values.target(site) for site in project.calls("insecure_channel", "secure_channel")]
    return bool(made) and all(isinstance(one, External) and one.name in _CHANNELS for one in made)


def _waits(stub: Class, method: str) -> bool:
    return any(made.method in _ONE_ANSWER for made, target in _methods(stub) if target.last == method)


def _methods(stub: Class) -> Iterator[tuple[syntax.Call, syntax.Ref]]:
    """``self.Place = channel.unary_unary(...)``, for each method of the service."""
    init = stub.method("__init__")
    for stmt in init.statements_of(syntax.Assign) if init is not None else ():
        for target in stmt.targets:
            if isinstance(stmt.value, syntax.Call) and isinstance(target, syntax.Ref):
                yield stmt.value, target
