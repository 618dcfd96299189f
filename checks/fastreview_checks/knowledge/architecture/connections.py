"""Objects of a module that hold the open WebSockets of one process, and send to all of them.

Source: FastAPI's documentation on WebSockets: such a manager "will only work while the process is running, and will only work with
a single process".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, External, Function, Instance, Module, Place, Project, syntax

_KEEPING = frozenset({"append", "add", "setdefault", "insert"})
_SENDING = frozenset({"send_text", "send_json", "send_bytes", "send"})
_RELAYED = re.compile(
    r"^p?subscribe$|^pubsub$|^xread(?:group)?$|broadcaster|^socket_?manager$|^aio_?pika$|^aiokafka$|^nats$|^faststream$"
    r"|^(?:asyncpg_)?listen$|^add_listener$",
    re.IGNORECASE,
)
"""What carries messages from one process to the others."""


class Connections(NamedTuple):
    """``name`` is the object, ``attribute`` what holds the sockets, ``kept`` where one is put in and ``sent`` where all are
    sent to."""

    module: Module
    name: str
    made: Place
    attribute: str
    kept: Place
    sent: Place


def kept_connections(project: Project) -> Iterator[Connections]:
    """Those that sockets of this app are put into, where nothing relays messages between processes."""
    sockets = [route for route in project.routes if route.is_websocket]
    if not sockets or any(_RELAYED.search(word) for word in project.words):
        return
    if any(_RELAYED.search(name) for module in project.service_modules for name in module.imported):
        return
    for module in project.service_modules:
        for name, bindings in module.bindings.items():
            for binding in bindings:
                cls = project.values.of(binding.expr.func, module) if isinstance(binding.expr, syntax.Call) else None
                if binding.kind == "assign" and isinstance(cls, Class):
                    yield from _held(cls, module, name, binding.line, project)


def _held(cls: Class, module: Module, name: str, line: int, project: Project) -> Iterator[Connections]:
    methods = [method for ancestor in cls.ancestry.project for method in ancestor.methods.values()]
    for keeping in methods:
        for attribute, at in _kept_by(keeping, project):
            sending = next((sent for method in methods for sent in _sent_to_all(method, attribute)), None)
            if sending is not None and _is_called(keeping, name, project):
                yield Connections(module, name, Place(module.path, line), attribute, at, sending)
                return


def _kept_by(method: Function, project: Project) -> Iterator[tuple[str, Place]]:
    """Attributes that a method puts a socket into."""
    sockets = {p.name for p in method.facts.parameters if _is_socket(p.name, method, project)}
    if not sockets:
        return
    for site in method.calls:
        held = any(isinstance(given, syntax.Ref) and given.name in sockets for given in site.call.args)
        attribute = _attribute(site.call.func, method.receiver) if site.call.method in _KEEPING and held else ""
        if attribute:
            yield attribute, site.place
    for stmt in method.statements_of(syntax.Assign):
        held = any(isinstance(n, syntax.Ref) and n.name in sockets for n in syntax.walk(stmt.value))
        for target in stmt.targets if held else ():
            if isinstance(target, syntax.Subscript) and (attribute := _attribute(target, method.receiver)):
                yield attribute, Place(method.module.path, stmt.line)


def _is_socket(name: str, method: Function, project: Project) -> bool:
    value = project.values.of(syntax.Ref(name), method)
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name == "fastapi.WebSocket"


def _attribute(expr: syntax.Expr, receiver: str) -> str:
    """``rooms`` of ``self.rooms[room].add`` and of ``self.rooms[room]``; "" for what is no attribute of the object."""
    while isinstance(expr, syntax.Attribute | syntax.Subscript | syntax.Call):
        expr = expr.func if isinstance(expr, syntax.Call) else expr.value
    parts = expr.name.split(".") if isinstance(expr, syntax.Ref) else []
    return parts[1] if receiver and len(parts) > 1 and parts[0] == receiver else ""


def _sent_to_all(method: Function, attribute: str) -> Iterator[Place]:
    """Where a method goes over the sockets and sends."""
    name = f"{method.receiver}.{attribute}"
    for loop in method.statements_of(syntax.Loop):
        over = any(
            isinstance(n, syntax.Ref) and (n.name == name or n.name.startswith(f"{name}."))
            for n in syntax.walk(loop.iterable)
        )
        lines = {getattr(stmt, "line", 0) for stmt in syntax.statements(loop.body)} if over else frozenset()
        for site in method.calls:
            if site.call.method in _SENDING and site.call.line in lines:
                yield site.place


def _is_called(method: Function, name: str, project: Project) -> bool:
    """Whether the service calls the method of the object of this name."""
    callers = (site for site in project.callers(method) if site.code.module.kind == "service")
    return any(name in site.call.name.split(".")[:-1] for site in callers)
