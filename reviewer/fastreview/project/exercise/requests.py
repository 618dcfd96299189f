"""Requests that test code sends, as far as they are written out: through clients, helpers, parameters and fixtures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Code, Function, Module
from fastreview.project.constants import UNKNOWN_PART, Environment, Given
from fastreview.project.exercise.fixtures import Fixtures
from fastreview.project.exercise.matching import Reached, Templates, path_of
from fastreview.project.exercise.statuses import Row, mentioned_in
from fastreview.project.exercise.urls import NAMED, Urls
from fastreview.project.givens import bound
from fastreview.project.kept_property import cached_property
from fastreview.project.names import External
from fastreview.project.routing.loops import Loops, mentioned
from fastreview.project.values import Instance

if TYPE_CHECKING:
    from fastreview.project.project import Project
    from fastreview.project.routes import Route

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_WITH_METHOD = frozenset({"request", "stream", "build_request"})
_SOCKETS = frozenset({"websocket_connect", "connect_ws", "aconnect_ws"})
_SENDING = METHODS | _WITH_METHOD | _SOCKETS
_CLIENT = re.compile(
    r"client|(?:^|_)(?:ac|api|http|https|requests|httpx|browser|tc|cl|anon|fetch(?:er)?)$|test_app|_app$", re.IGNORECASE
)
_OTHER = re.compile(
    r"mock|respx|responses|stub|fake|router|redis|cache|environ|headers|config|settings|registry|"
    r"^(?:data|payload|body|params|kwargs|json|db)$|(?:^|_)(?:response|resp|res|result|dict|map|mapping)$",
    re.IGNORECASE,
)
_LIBRARIES = frozenset({"fastapi", "starlette", "httpx", "async_asgi_testclient"})
_STAND_IN = re.compile(r"Mock|patch|respx")
MAX_CALLERS = 300
MAX_ENVIRONMENTS = 300
MAX_DEPTH = 3


class Sent(NamedTuple):
    """One request. ``method`` is in capitals, "" where it is not known, WS for websockets. ``path`` is None where nothing
    of it is known; ``name`` is that of the route where the app makes the URL. ``root`` is the code whose running sends it:
    the caller of a helper that is given the URL, else the code that it stands in; ``via`` is its call of the helper.
    ``row`` is the one of a ``parametrize`` that its URL is from."""

    method: str
    path: str | None
    name: str
    site: CallSite
    root: Code
    via: CallSite
    row: Row | None = None

    @property
    def is_readable(self) -> bool:
        """Whether enough of it is written out to tell what it reaches."""
        if self.path is None:
            return bool(self.name)
        return self.path in ("", "/") or any(part not in ("", UNKNOWN_PART) for part in self.path.split("/"))


class _Where(NamedTuple):
    """What names stand for when a request is sent, and who sends it."""

    env: Environment | None
    root: Code
    via: CallSite
    at: CallSite
    row: Row | None = None


class Requests:
    """Reads the tests of a project once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._templates = Templates(project.routes)
        self._urls = Urls(project.values, project.constants)
        self._loops = Loops(project.values, project.constants)
        self._modules: Sequence[Module] = [m for m in project.modules if m.kind == "test"]
        self.fixtures = Fixtures(self._modules)
        self._codes = [code for module in self._modules for code in module.codes()]

    @cached_property
    def sent(self) -> tuple[Sent, ...]:
        return tuple(s for code in self._codes if self._may_send(code) for site in code.calls for s in self._of(site))

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """Paths in the base URLs of clients."""
        found: dict[str, None] = {}
        for code in self._codes:
            for site in code.calls if "base_url" in code.mentioned else ():
                given = site.call.keyword("base_url")
                text = None if isinstance(given, s.Missing) else self._urls.text(given, code, None, site.call.line)
                path = path_of(text) if text and text.startswith(("/", "http")) else None
                if path and path.strip("/") and UNKNOWN_PART not in path:
                    found.setdefault("/" + path.strip("/") + "/", None)
        return tuple(found)

    def callers(self, function: Function) -> Sequence[CallSite]:
        """Calls in test code by name; those aside that are known to call something else."""
        found: list[CallSite] = []
        for code in self._called.get(function.name, ()):
            for site in code.calls:
                if site.call.method == function.name and len(found) < MAX_CALLERS:
                    targets = [t for t in self._project.targets(site) if isinstance(t, Function)]
                    if not targets or function in targets:
                        found.append(site)
        return found

    @cached_property
    def _called(self) -> dict[str, list[Code]]:
        found: dict[str, list[Code]] = {}
        for code in self._codes:
            for name in code.called:
                found.setdefault(name, []).append(code)
        return found

    @staticmethod
    def _may_send(code: Code) -> bool:
        return (
            not _SENDING.isdisjoint(code.called) or "getattr" in code.called or not METHODS.isdisjoint(code.mentioned)
        )

    def _of(self, site: CallSite) -> Iterator[Sent]:
        shape = _shape(site)
        if shape is not None:
            yield from self._shaped(site, shape, site.call.receiver, by_name=site.call.method in METHODS)
            return
        for method, client in _kept_methods(site):
            url = site.call.argument(0, "url")
            if not isinstance(url, s.Missing | s.Starred):
                yield from self._shaped(site, (method, url), client, by_name=True)

    def _shaped(
        self, site: CallSite, shape: tuple[s.Expr, s.Expr], receiver: s.Expr | None, *, by_name: bool
    ) -> Iterator[Sent]:
        """``by_name`` are calls that look like requests by the name of a method only: of a client, or of much else."""
        name = s.written(receiver, 200).rpartition(".")[2] if receiver is not None else ""
        if _OTHER.search(name) and not self._is_known_client(receiver, site.code):
            return
        is_client = bool(_CLIENT.search(name)) or not by_name
        asked = s.Call(None, shape, (), site.call.line, 0, site.call.line)
        names = mentioned(asked, site.code)
        known: set[tuple[str, str | None, Row | None]] = set()
        here = list(self._read(shape, asked, _Where(None, site.code, site, site), is_client=is_client))
        if here and all(sent.is_readable and self.reached(sent).surely for sent in here):
            yield from here
            return
        wrapper = isinstance(site.code, Function) and site.code.name in _SENDING and names & set(site.code.parameters)
        for where in islice(self._wheres(site, names, 0), MAX_ENVIRONMENTS):
            for sent in self._read(shape, asked, where, is_client=is_client):
                key = (sent.method, sent.name or sent.path, sent.row)
                if (sent.is_readable or not wrapper) and (key not in known or where.via is not site):
                    known.add(key)
                    yield sent

    def _is_known_client(self, receiver: s.Expr | None, code: Code) -> bool:
        """Whether the code says that it calls an app, whatever its name: ``mock_client: TestClient``."""
        if not isinstance(receiver, s.Ref):
            return False
        fixture = self.fixtures.named(receiver.name, code)
        if fixture is not None and any(_STAND_IN.search(name) for name in fixture.called):
            return False
        value = self._project.values.of(receiver, code)
        if value is None and fixture is not None:
            value = self._project.values.returned(fixture)
        match value:
            case Instance(of=External() as made):
                return made.package in _LIBRARIES and made.name.endswith("Client")
        return False

    def reached(self, sent: Sent) -> Reached:
        """The routes that answer it."""
        if sent.name:
            named = self._named.get(sent.name, ())
            return Reached(tuple(r for r in named if not sent.method or r.method == sent.method), surely=True)
        return (
            Reached((), False) if sent.path is None else self._templates.reached(sent.method, sent.path, self.prefixes)
        )

    @cached_property
    def _named(self) -> dict[str, list[Route]]:
        found: dict[str, list[Route]] = {}
        for route in self._project.routes:
            option = route.listed.registered.option("name") if route.listed else None
            name = self._project.constants.text(*option) if option else None
            found.setdefault(name or (route.endpoint.name if route.endpoint else ""), []).append(route)
        return found

    def _read(self, shape: tuple[s.Expr, s.Expr], asked: s.Call, where: _Where, *, is_client: bool) -> Iterator[Sent]:
        """The request ``asked`` as ``where`` has it, in each turn of the loops around it."""
        method, url = shape
        site = where.at
        for turn in self._loops.turns(asked, site.code, where.env):
            word = self._project.constants.text(method, site.code, turn) or ""
            text = self._urls.text(url, site.code, turn, site.call.line)
            sent = self._sent(word.upper(), text, site, where, is_client=is_client)
            if sent is not None:
                yield sent

    @staticmethod
    def _sent(method: str, text: str | None, site: CallSite, where: _Where, *, is_client: bool) -> Sent | None:
        method = "" if UNKNOWN_PART in method else method
        if method and method.lower() not in METHODS and method != "WS":
            return None
        if text is not None and text.startswith(NAMED):
            return Sent(method, None, text.split(NAMED)[1], site, where.root, where.via, where.row)
        path = path_of(text) if text is not None else None
        if text is not None and path is None:
            return None
        written = path is not None and path.startswith(("/", f"{UNKNOWN_PART}/"))
        if not written and not is_client:
            return None
        if path is not None and not written and path != UNKNOWN_PART:
            path = f"/{path}" if not path.startswith(UNKNOWN_PART) else path
        return Sent(method, None if path == UNKNOWN_PART else path, "", site, where.root, where.via, where.row)

    def _wheres(self, site: CallSite, names: set[str], depth: int) -> Iterator[_Where]:
        """What the parameters among ``names`` stand for where ``site`` runs."""
        code = site.code
        while isinstance(code, Function) and names.isdisjoint(code.parameters) and code.parent is not None:
            code = code.parent
        wanted = names & set(code.parameters) if isinstance(code, Function) else set()
        if not isinstance(code, Function) or not wanted - {code.receiver} or depth > MAX_DEPTH:
            yield _Where(None, site.code, site, site)
            return
        known = False
        fixed = self.fixtures.given(code, wanted)
        for env in islice(self.fixtures.rows(code, wanted, self._loops), MAX_ENVIRONMENTS):
            known = True
            row = Row(frozenset(env), frozenset(n for cell in env.values() for n in mentioned_in(cell.expr)))
            yield _Where({**fixed, **env}, site.code, site, site, row)
        if not known and not code.name.startswith("test") and not self.fixtures.is_one(code):
            for caller in self.callers(code):
                env = bound(code, caller.call, caller.code, None)
                given = {n for w in wanted & set(env) for n in self._names(env[w])}
                for outer in islice(self._wheres(caller, given, depth + 1), MAX_ENVIRONMENTS):
                    known = True
                    yield _Where({**fixed, **_within(env, outer.env)}, outer.root, outer.via, site)
        if not known:
            yield _Where(fixed or None, site.code, site, site)

    @staticmethod
    def _names(given: Given) -> set[str]:
        return {node.root for node in s.walk(given.expr) if isinstance(node, s.Ref)}


def _within(env: dict[str, Given], outer: Environment | None) -> dict[str, Given]:
    return {name: Given(given.expr, given.code, outer) for name, given in env.items()} if outer else env


def _kept_methods(site: CallSite) -> Iterator[tuple[s.Expr, s.Expr]]:
    """Method and client of what a local name was set to: ``send = client.post``, ``send = getattr(client, "post")``."""
    called = site.call.func
    if not isinstance(called, s.Ref) or "." in called.name or not isinstance(site.code, Function):
        return
    for binding in site.code.bindings.get(called.name, ()):
        match binding.expr:
            case s.Ref(name=name) if "." in name and binding.expr.last in METHODS:
                yield binding.expr.last, s.Ref(name.rpartition(".")[0])
            case s.Call(func=s.Ref(name="getattr"), args=(client, method, *_)):
                yield method, client
            case _:
                pass


def _shape(site: CallSite) -> tuple[s.Expr, s.Expr] | None:
    """Method and URL of what looks like a request."""
    call = site.call
    url: s.Expr | s.Missing
    method: s.Expr | s.Missing
    if call.method in METHODS and call.receiver is not None:
        method, url = call.method, call.argument(0, "url")
        url = call.keyword("path") if isinstance(url, s.Missing) else url
    elif call.method in _WITH_METHOD and call.receiver is not None:
        method, url = call.argument(0, "method"), call.argument(1, "url")
    elif call.method in _SOCKETS:
        method, url = "WS", call.argument(0, "url")
    elif isinstance(call.func, s.Call) and call.func.name == "getattr" and len(call.func.args) > 1:
        method, url = call.func.args[1], call.argument(0, "url")
    else:
        return None
    if isinstance(url, s.Missing) or isinstance(method, s.Missing) or isinstance(url, s.Starred):
        return None
    return method, url
