"""Where a value comes from outside: from the argument of a dangerous call back to what a client sent.

Backwards through names, wrappers and callers, bounded; what cannot be followed counts as harmless. Sources: CodeQL's and
Semgrep's documentation of taint steps, OWASP's cheat sheets on injection and on file uploads.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import (
    Bound,
    Class,
    Code,
    Declared,
    External,
    Function,
    Instance,
    Place,
    Project,
    Route,
    syntax,
)
from fastreview_checks.knowledge.callers import callers
from fastreview_checks.knowledge.client_text import free_field, is_binary, is_free, is_one_segment

MAX_DEPTH = 24
MAX_CALLERS = 12
MAX_UP = 5
"""Calls from the dangerous one up to an endpoint."""

_THROUGH = frozenset(
    {
        "builtins.str", "builtins.bytes", "os.path.join", "os.path.abspath", "os.path.normpath", "os.path.expanduser",
        "os.path.realpath", "pathlib.Path", "pathlib.PurePath", "anyio.Path", "urllib.parse.unquote", "urllib.parse.urljoin",
        "json.loads", "base64.b64decode", "io.BytesIO", "io.StringIO", "typing.cast", "os.fspath", "builtins.dict",
    }
)  # fmt: skip
"""Calls whose result holds their arguments."""
_THROUGH_LAST = frozenset(name.rpartition(".")[2] for name in _THROUGH)
_KEPT = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "encode", "decode", "format", "get", "getlist", "getall", "read", "json", "form", "body",
        "dict", "model_dump", "copy", "joinpath", "absolute", "resolve", "expanduser", "title", "pop", "removeprefix", "removesuffix",
        "unicode_string", "with_suffix",
    }
)  # fmt: skip
"""Methods whose result holds what they are called on."""
REWRITTEN = frozenset({"replace", "split", "join", "items", "values", "list", "sorted"})
"""Calls that take text apart and put it together again: an attack on SQL survives them, one on a path need not."""
_BOUND = ("assign", "enter", "unpack-assign", "iterate")
_BOUND_REWRITTEN = (*_BOUND, "extend", "unpack-iterate")
_PROCESSES = frozenset({"check_output", "check_call"})
_REQUEST = frozenset({"query_params", "headers", "cookies", "json", "form", "body", "path_params"})
_RECEIVED = frozenset({"receive_text", "receive_json", "receive_bytes", "iter_text", "iter_json"})
_CHECKING = re.compile(
    r"valid|check|safe|allow|ensure|assert|verif|saniti[sz]|guard|secure|permit|restrict|is_relative_to|relative_to|startswith|commonpath"
    r"|commonprefix|urlparse|urlsplit|fullmatch|^match$|isalnum|isdigit|isnumeric|isidentifier|forbid|reject|deny|is_private|scan|endswith"
    r"|^(?:has|get)attr$",
    re.IGNORECASE,
)
_TAKING_APART = frozenset({"urlparse", "urlsplit"})
_HOPS = 3
_SEARCHING = re.compile(r"(?:^(?:re|regex)|(?:pattern|regex|_re)|(?:^|\.)_?(?-i:[A-Z][A-Z_]+))\.search$", re.IGNORECASE)
"""How a text is held against a regular expression that need not match all of it."""


class Source(NamedTuple):
    """What a client sent: ``said`` names it; ``way`` are the calls from the endpoint to where it arrives, ``names`` the
    variables on the way with the code that they stand in. ``glued``: written right behind a part of a file's name
    (``config.{env}``), where ``../`` leads nowhere as long as paths are not normalised."""

    said: str
    route: Route | None
    place: Place
    one_segment: bool = False
    binary: bool = False
    glued: bool = False
    way: tuple[tuple[Place, str], ...] = ()
    names: tuple[tuple[Code, str], ...] = ()


class Passed(NamedTuple):
    """The call that led into a function, for its parameters."""

    function: Function
    call: syntax.Call
    code: Code
    outer: "Passed | None"


class Taint:
    """Answers for one expression. With ``start`` only what a text begins with counts, the host of an address say.
    ``rewritten`` are calls whose result counts as what they are given, beside those that keep it as it is."""

    def __init__(self, project: Project, *, start: bool = False, rewritten: frozenset[str] = frozenset()) -> None:
        self._project = project
        self._start = start
        self._rewritten = rewritten
        self._seen: set[tuple[int, int, int]] = set()

    def of(
        self, expr: syntax.Expr, code: Code, passed: Passed | None = None, depth: int = 0, up: int = 0
    ) -> Source | None:
        key = (id(expr), id(code), id(passed.call) if passed else 0)
        if depth > MAX_DEPTH or len(self._seen) > 300 or key in self._seen:
            return None
        self._seen.add(key)

        def inner(*parts: syntax.Expr) -> Source | None:
            return next((s for p in parts if (s := self.of(p, code, passed, depth + 1, up)) is not None), None)

        match expr:
            case syntax.Ref(name=name):
                return self._named(name, code, passed, depth + 1, up)
            case syntax.Call():
                return self._call(expr, code, passed, depth + 1, up)
            case syntax.Await(value=value) | syntax.Starred(value=value) | syntax.Walrus(value=value):
                return inner(value)
            case syntax.Text(parts=parts) | syntax.Operation(op="+", operands=parts):
                beginning = self._beginning(parts)
                for at, part in enumerate(beginning):
                    found = inner(part)
                    if found is not None:
                        return found._replace(glued=True) if _are_glued(beginning, at) else found
                return None
            case syntax.Operation(op="/" | "%", operands=operands):
                return inner(*self._beginning(operands))
            case syntax.Operation(op="or" | "and", operands=operands):
                return inner(*operands)
            case syntax.Conditional(body=body, orelse=orelse):
                return inner(body, orelse)
            case syntax.Subscript(value=value, index=index) if not isinstance(index, syntax.Slice):
                return inner(value)
            case syntax.Attribute(value=value, attr="filename" | "url" | "path"):
                return inner(value)
            case syntax.Items(values=values) if self._rewritten:
                return inner(*values)
            case syntax.Comprehension(element=element, sources=sources) if self._rewritten:
                return inner(element, *(s.iterable for s in sources if not isinstance(element, syntax.Text)))
        return None

    def _beginning(self, parts: tuple[syntax.Expr, ...]) -> tuple[syntax.Expr, ...]:
        if not self._start or not parts:
            return parts
        first = parts[0]
        if isinstance(first, str):
            return parts[1:2] if first.endswith("://") or first == "" else ()
        return parts[:1]

    # Names

    def _named(self, name: str, code: Code, passed: Passed | None, depth: int, up: int) -> Source | None:
        root, _, rest = name.partition(".")
        home: Code | None = code
        while isinstance(home, Function) and root not in home.parameters and root not in home.bindings:
            home = home.parent
        if not isinstance(home, Function) or root == home.receiver:
            return None
        if rest:
            return self._attribute(root, rest.split("."), home, passed, up)
        found = self._variable(root, home, passed, depth, up)
        return found._replace(names=(*found.names, (home, root))) if found is not None else None

    def _variable(self, name: str, home: Function, passed: Passed | None, depth: int, up: int) -> Source | None:
        kinds = _BOUND_REWRITTEN if self._rewritten else _BOUND
        bindings = [b for b in home.bindings.get(name, ()) if b.kind in kinds]
        if any(_is_cleaned(b.expr) for b in bindings):
            return None
        own = [b for b in bindings if _mentions(b.expr, {name})]
        if any(not _keeps(b.expr, self._rewritten) for b in own) or (
            name in home.parameters and any(_replaces(b.expr, name) for b in bindings)
        ):
            return None
        bindings = [b for b in bindings if b not in own]
        for binding in bindings:
            found = self.of(binding.expr, home, passed, depth, up)
            if found is not None:
                return found
        return self._parameter(name, home, passed, depth, up) if name in home.parameters else None

    def _parameter(self, name: str, function: Function, passed: Passed | None, depth: int, up: int) -> Source | None:
        if passed is not None and passed.function is function:
            given = passed.call.argument(_position(function, name), name)
            return None if isinstance(given, syntax.Missing) else self.of(given, passed.code, passed.outer, depth, up)
        declared = self._client_parameter(function, name)
        if declared is not None:
            routes = serving(self._project).get(id(function), ())
            if not is_free(declared, self._project):
                return None
            said = (
                f"`{name}` of {routes[0].key}"
                if routes
                else f"`{name}`, a parameter of the dependency `{function.name}`,"
            )
            binary = is_binary(declared, self._project)
            place = Place(function.module.path, function.parameters[name].line)
            return Source(said, next(iter(routes), None), place, is_one_segment(name, routes), binary)
        if id(function) in serving(self._project) or up >= MAX_UP:
            return None
        for site in callers(function, self._project)[:MAX_CALLERS]:
            given = site.call.argument(_position(function, name), name)
            if isinstance(given, syntax.Missing):
                continue
            found = self.of(given, site.code, None, depth, up + 1)
            if found is not None:
                step = (site.place, f"calls `{function.name}`")
                return found._replace(way=(*found.way, step), names=(*found.names, (function, name)))
        return None

    def _attribute(self, root: str, attrs: list[str], home: Function, passed: Passed | None, up: int) -> Source | None:
        """``upload.filename``, ``request.query_params``, ``body.url``."""
        value = self._project.values.of(syntax.Ref(root), home)
        of = value.of if isinstance(value, Instance) else None
        if isinstance(of, External) and of.name in ("fastapi.Request", "fastapi.WebSocket"):
            return self._of_request(root, attrs[0], home)
        if isinstance(of, External) and of.name == "fastapi.UploadFile" and attrs[0] in ("filename", "file"):
            owner = self._owner(root, home, passed, up)
            said = f"`{root}.{attrs[0]}`"
            return None if owner is None else owner._replace(said=f"{said}{_of(owner)}", one_segment=False)
        for attr in attrs[:-1]:
            field = self._project.values.attribute(Instance(of), attr) if isinstance(of, Class) else None
            of = field.of if isinstance(field, Instance) else None
        if isinstance(of, Class) and attrs[-1][0] != "_":
            owner = self._owner(root, home, passed, up)
            if owner is not None and free_field(of, attrs[-1], self._project):
                return owner._replace(said=f"`{root}.{'.'.join(attrs)}`{_of(owner)}", one_segment=False)
            return None
        return None

    def _of_request(self, root: str, attr: str, home: Function) -> Source | None:
        if attr not in _REQUEST:
            return None
        routes = serving(self._project).get(id(home), ())
        return Source(
            f"`{root}.{attr}`{f' of {routes[0].key}' if routes else ''}", next(iter(routes), None), home.place
        )

    def _owner(self, name: str, home: Function, passed: Passed | None, up: int) -> Source | None:
        """The client's object (a model, an upload) that a variable holds, whatever its fields are."""
        if name not in home.parameters:
            bindings = [b.expr for b in home.bindings.get(name, ()) if b.kind in ("assign", "iterate")]
            ref = bindings[0] if len(bindings) == 1 else None
            return (
                self._owner(ref.name, home, passed, up) if isinstance(ref, syntax.Ref) and "." not in ref.name else None
            )
        if self._client_parameter(home, name) is not None or self._is_filled(home, name):
            routes = serving(self._project).get(id(home), ())
            return Source(f"`{name}`", next(iter(routes), None), home.place, names=((home, name),))
        if id(home) in serving(self._project) or up >= MAX_UP:
            return None
        for site in callers(home, self._project)[:MAX_CALLERS]:
            given = site.call.argument(_position(home, name), name)
            if isinstance(given, syntax.Ref) and "." not in given.name and isinstance(site.code, Function):
                found = self._owner(given.name, site.code, None, up + 1)
                if found is not None:
                    step = (site.place, f"calls `{home.name}`")
                    return found._replace(way=(*found.way, step), names=(*found.names, (home, name)))
        return None

    def _is_filled(self, function: Function, name: str) -> bool:
        """Whether a parameter holds an object of a class that is a dependency: clients fill what its constructor takes."""
        injected = (i for i in self._project.injection.of(function) if i.parameter == name)
        return id(function) in serving(self._project) and any(isinstance(i.provider, Class) for i in injected)

    def _client_parameter(self, function: Function, name: str) -> Declared | None:
        """The type of a parameter that clients fill."""
        if id(function) not in serving(self._project) or name == function.receiver:
            return None
        if any(injected.parameter == name for injected in self._project.injection.of(function)):
            return None
        parameter = function.parameters[name]
        if parameter.kind in ("args", "kwargs"):
            return None
        marks = (parameter.default,) if isinstance(parameter.default, syntax.Call) else ()
        return Declared(
            parameter.annotation if parameter.annotated else None, function.parent or function.module, marks
        )

    # Calls

    def _call(self, call: syntax.Call, code: Code, passed: Passed | None, depth: int, up: int) -> Source | None:
        method = call.method
        target = self._project.values.of(call.func, code)
        if isinstance(target, External) and target.name in _THROUGH:
            given = (*call.args, *(k.value for k in call.keywords))
            if self._start and target.name == "os.path.join":
                given = given[:1]
            return next((s for g in given if (s := self.of(g, code, passed, depth, up)) is not None), None)
        if method in _RECEIVED and isinstance(target, External) and target.name.startswith("fastapi.WebSocket."):
            return Source("what the websocket receives", None, Place(code.module.path, call.line))
        function = target.function if isinstance(target, Bound) else target if isinstance(target, Function) else None
        if function is not None and not function.facts.yields:
            return self._returned(function, call, code, passed, depth, up)
        if method in self._rewritten:
            receiver = self._receiver(call, code, passed, depth, up)
            return receiver or next(
                (s for g in call.args if (s := self.of(g, code, passed, depth, up)) is not None), None
            )
        if method in _KEPT:
            receiver = self._receiver(call, code, passed, depth, up)
            if receiver is not None or method not in ("format", "joinpath"):
                return receiver
            first = call.func.value if isinstance(call.func, syntax.Attribute) else None
            if self._start and method == "format" and not (isinstance(first, str) and first.startswith("{")):
                return None
            return next((s for g in call.args if (s := self.of(g, code, passed, depth, up)) is not None), None)
        return None

    def _receiver(self, call: syntax.Call, code: Code, passed: Passed | None, depth: int, up: int) -> Source | None:
        match call.func:
            case syntax.Ref(name=name) if "." in name:
                owner, _, method = name.rpartition(".")
                if method in ("json", "form", "body") and "." not in owner:
                    home = code
                    while isinstance(home, Function) and owner not in home.parameters and home.parent is not None:
                        home = home.parent
                    if isinstance(home, Function) and owner in home.parameters:
                        return self._attribute(owner, [method], home, passed, up)
                    return None
                if method == "read" and "." not in owner and isinstance(code, Function):
                    return self._attribute(owner, ["file"], code, passed, up)
                return self.of(syntax.Ref(owner), code, passed, depth, up)
            case syntax.Attribute(value=value):
                return self.of(value, code, passed, depth, up)
        return None

    def _returned(
        self, function: Function, call: syntax.Call, code: Code, passed: Passed | None, depth: int, up: int
    ) -> Source | None:
        outer, levels = passed, 0
        while outer is not None:
            if outer.function is function or levels > 3:
                return None
            outer, levels = outer.outer, levels + 1
        into = Passed(function, call, code, passed)
        for stmt in function.statements:
            if isinstance(stmt, syntax.Return) and stmt.value is not None:
                found = self.of(stmt.value, function, into, depth, up)
                if found is not None:
                    return found
        return None


@lru_cache(maxsize=1)
def serving(project: Project) -> dict[int, tuple[Route, ...]]:
    """By the id of a function whose parameters clients fill: the routes it answers; none for dependencies."""
    found: dict[int, tuple[Route, ...]] = {id(d.function): () for d in project.dependencies}
    found.update({id(endpoint.function): endpoint.routes for endpoint in project.endpoints})
    return found


_ADMINISTRATORS = re.compile(r"admin|superuser|root_user|staff", re.IGNORECASE)


def is_for_administrators(source: Source) -> bool:
    """Whether the route is for those who configure the service, by its path or its guards."""
    route = source.route
    if route is None:
        return False
    # A scheme is made with all scopes that there are.
    guards = [i for i in route.dependency_tree if not i.scheme]
    words = (word for i in guards for word in (i.name, *i.scopes, *i.words))
    return any(_ADMINISTRATORS.search(text) for text in (route.path, *words))


def is_checked(source: Source, project: Project) -> bool:
    """Whether something on the way looks at the value in a condition, or hands it to a function that checks."""
    by_code: dict[int, tuple[Code, set[str]]] = {}
    for code, name in source.names:
        by_code.setdefault(id(code), (code, set()))[1].add(name)
    return any(_checks(code, names) or _refuses(code, names, project) for code, names in by_code.values())


_LOOKING_UP = re.compile(
    r"^(?:fetch_?(?:one|row|val|all)?|scalars?(?:_one\w*)?|execute|first|one_or_none|(?:get|find|load|read|fetch)_\w+|exists)$",
    re.IGNORECASE,
)


def is_stored(source: Source) -> bool:
    """Whether something on the way looks for what is stored under the value and goes no further without it: a text that
    no record has comes no further either."""
    by_code: dict[int, tuple[Code, set[str]]] = {}
    for code, name in source.names:
        by_code.setdefault(id(code), (code, set()))[1].add(name)
    return any(_looks_up(code, names) for code, names in by_code.values())


def _looks_up(code: Code, names: set[str]) -> bool:
    for stmt in code.statements:
        if (
            not isinstance(stmt, syntax.If)
            or not stmt.body
            or not isinstance(stmt.body[-1], syntax.Raise | syntax.Return)
        ):
            continue
        match stmt.test:
            case syntax.Operation(op="not", operands=(syntax.Ref(name=name),)):
                pass
            case syntax.Operation(op="is", operands=(syntax.Ref(name=name), None)):
                pass
            case _:
                continue
        for binding in code.bindings.get(name, ()):
            asked = [node for node in syntax.walk(binding.expr) if isinstance(node, syntax.Call)]
            if binding.line <= stmt.line and any(_LOOKING_UP.search(c.method) and _mentions(c, names) for c in asked):
                return True
    return False


def _checks(code: Code, names: set[str]) -> bool:
    for stmt in code.statements:
        if isinstance(stmt, syntax.If | syntax.Assert | syntax.Match):
            tested = stmt.subject if isinstance(stmt, syntax.Match) else stmt.test
            if _asks_about(tested, names):
                return True
    for site in code.calls:
        method = site.call.method
        if (
            (_CHECKING.search(method) or _SEARCHING.search(site.call.name))
            and method not in _PROCESSES
            and any(
                _mentions(given, names)
                for given in (site.call.func, *site.call.args, *(k.value for k in site.call.keywords))
            )
            and (method not in _TAKING_APART or _is_looked_at(site.call, code))
        ):
            return True
    return False


def _is_looked_at(call: syntax.Call, code: Code) -> bool:
    """Whether something is made to depend on the parts that ``call`` gives, or they go elsewhere."""
    parts = {name for name, bound in code.bindings.items() if any(_holds(b.expr, call) for b in bound)}
    compared = (
        node
        for stmt in code.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Operation) and node.op in ("in", "not in", "==", "!=")
    )
    if any(_holds(node, call) for node in compared):
        return True
    for _ in range(_HOPS):
        parts |= {name for name, bound in code.bindings.items() if any(_mentions(b.expr, parts) for b in bound)}
    for stmt in code.statements:
        if isinstance(stmt, syntax.If | syntax.Assert | syntax.Match | syntax.Return):
            tested = (
                stmt.subject
                if isinstance(stmt, syntax.Match)
                else stmt.value
                if isinstance(stmt, syntax.Return)
                else stmt.test
            )
            if tested is not None and (
                _mentions(tested, parts) or (_holds(tested, call) and isinstance(stmt, syntax.If))
            ):
                return True
    return any(
        _CHECKING.search(site.call.method)
        and any(_mentions(given, parts) or _holds(given, call) for given in site.call.args)
        for site in code.calls
        if site.call is not call
    )


def _holds(expr: syntax.Expr, call: syntax.Call) -> bool:
    return any(node is call for node in syntax.walk(expr))


def _refuses(code: Code, names: set[str], project: Project) -> bool:
    """Whether a function that is handed the value looks for it among known ones, and raises."""
    for site in code.calls:
        given = [a for a in (*site.call.args, *(k.value for k in site.call.keywords)) if isinstance(a, syntax.Ref)]
        if not any(a.name in names for a in given):
            continue
        for function in project.targets(site):
            if isinstance(function, Function) and any(isinstance(s, syntax.Raise) for s in function.statements):
                handed = {
                    p.name
                    for p in function.facts.parameters
                    if isinstance(arg := site.call.argument(_position(function, p.name), p.name), syntax.Ref)
                    and arg.name in names
                }
                if any(isinstance(s, syntax.If) and _is_among(s.test, handed) for s in function.statements):
                    return True
    return False


def _is_among(test: syntax.Expr, names: set[str]) -> bool:
    operations = (node for node in syntax.walk(test) if isinstance(node, syntax.Operation))
    return any(o.op in ("in", "not in") and _mentions(o.operands[0], names) for o in operations)


def _are_glued(parts: tuple[syntax.Expr, ...], first: int) -> bool:
    """Whether each part from the ``first`` on that is no text follows text that ends within a file's name:
    ``f"config.{env}.yaml"``."""
    for before, part in zip((("", *parts))[first:], parts[first:], strict=False):
        if not isinstance(part, str) and not (isinstance(before, str) and before and before[-1] not in "/\\"):
            return False
    return True


def _asks_about(test: syntax.Expr, names: set[str]) -> bool:
    """Membership, comparison with something known, or a call that decides: not whether there is a value."""
    for node in syntax.walk(test):
        compares = isinstance(node, syntax.Operation) and node.op in ("in", "not in", "==", "!=")
        if compares and all(o is not None and o != "" for o in syntax.children(node)) and _mentions(node, names):
            return True
    return False


def _mentions(expr: syntax.Expr, names: set[str]) -> bool:
    return any(isinstance(node, syntax.Ref) and node.root in names for node in syntax.walk(expr))


_CLEANING = re.compile(
    r"secure_filename|basename|sanitize|slugify|quote|escape|uuid|hexdigest|safe|clean|normalize_name|token_hex|validate|^int$|^float$"
    r"|^resolve_\w+|^sub$",
    re.IGNORECASE,
)


def _is_cleaned(expr: syntax.Expr) -> bool:
    return any(isinstance(node, syntax.Call) and bool(_CLEANING.search(node.method)) for node in syntax.walk(expr))


def _keeps(expr: syntax.Expr, rewritten: frozenset[str]) -> bool:
    """Whether a variable that is changed in place still holds what it held: ``name = name.strip()``."""
    calls = [node.method for node in syntax.walk(expr) if isinstance(node, syntax.Call)]
    return all(method in _KEPT or method in _THROUGH_LAST or method in rewritten for method in calls)


def _replaces(expr: syntax.Expr, name: str) -> bool:
    """Whether a parameter gets something new, which is no default for it: ``url = data["video"]``."""
    return isinstance(expr, syntax.Call | syntax.Subscript | syntax.Conditional | syntax.Await) and not _mentions(
        expr, {name}
    )


def _of(owner: Source) -> str:
    return f" of {owner.route.key}" if owner.route is not None else ""


def _position(function: Function, name: str) -> int:
    names = [p.name for p in function.facts.parameters]
    return names.index(name) - bool(function.receiver)
