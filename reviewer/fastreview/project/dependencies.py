"""Dependency injection as the code declares it: who depends on what, in the order FastAPI resolves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastreview.facts import syntax as s
from fastreview.facts.source import Parameter
from fastreview.project.code import Class, Code, Function
from fastreview.project.constants import Constants, Environment, Given
from fastreview.project.givens import bound
from fastreview.project.names import External, Variable
from fastreview.project.routing.loops import Loops
from fastreview.project.subject import Place, Subject
from fastreview.project.values import Bound, Instance, Value, Values

MAX_DEPTH = 12
MAX_TREE = 400
"""Dependencies of one dependency, direct and indirect, that are listed."""

_MARKERS = frozenset({"fastapi.Depends", "fastapi.Security"})
_RETURNED = frozenset({"Depends", "Security"})


@dataclass(frozen=True, eq=False)
class Injected:
    """One use of a dependency. ``by`` says what asks for it: parameter, route, router or app.

    ``provider`` is what is called: a function, a class, an instance with ``__call__``, a library object, or None where
    the code does not tell. ``name`` is how it is written.
    """

    provider: Value | None
    name: str
    by: str
    code: Code
    line: int
    annotated: bool
    use_cache: bool = True
    scopes: tuple[str, ...] = ()
    parameter: str = ""
    inner: tuple[Injected, ...] = ()
    optional: bool = False
    """A security scheme made with ``auto_error=False``: it leaves the rejection to whoever asks for it."""
    words: tuple[str, ...] = ()
    """Strings that its factory is given: the role of ``Depends(require_role("admin"))``."""

    @property
    def place(self) -> Place:
        return Place(self.code.module.path, self.line)

    @property
    def function(self) -> Function | None:
        return provider_function(self.provider)

    @property
    def scheme(self) -> str:
        """Class of the FastAPI security scheme it is (``OAuth2PasswordBearer``), or ""."""
        match self.provider:
            case Instance(of=External(name=name)) if name.startswith("fastapi.security."):
                return name.rpartition(".")[2]
            case Instance(of=Class() as cls):
                inherited = sorted(n for n in cls.ancestry.external if n.startswith("fastapi.security."))
                return inherited[0].rpartition(".")[2] if inherited else ""
        return ""

    def tree(self) -> Iterator[Injected]:
        """It and everything it depends on, dependencies before what needs them, each once."""
        entered = {id(self)}
        pending = [(self, iter(self.inner))]
        while pending:
            injected, inner = pending[-1]
            found = next((i for i in inner if id(i) not in entered), None) if len(entered) < MAX_TREE else None
            if found is None:
                pending.pop()
                yield injected
            else:
                entered.add(id(found))
                pending.append((found, iter(found.inner)))


class Dependency(Subject):
    """A function or class of the project that is injected somewhere."""

    unit = "dependency"

    def __init__(self, function: Function, provider: Function | Class, uses: tuple[Injected, ...]) -> None:
        self.function = function
        """What runs: the function itself, or the class's ``__init__`` or ``__call__``."""
        self.provider = provider
        self.uses = uses

    @property
    def key(self) -> str:
        return self.provider.key

    @property
    def place(self) -> Place:
        return self.provider.place


def provider_function(provider: Value | None) -> Function | None:
    match provider:
        case Function():
            return provider
        case Bound(function=function):
            return function
        case Class():
            return provider.method("__init__")
        case Instance(of=Class() as cls):
            return cls.method("__call__")
    return None


class Injection:
    """Reads ``Depends`` and ``Security`` wherever they stand; trees are built once per function."""

    def __init__(self, values: Values, constants: Constants) -> None:
        self._values = values
        self._constants = constants
        self._loops = Loops(values, constants)
        self._of: dict[int, tuple[Injected, ...]] = {}
        self._aliases: dict[tuple[int, int], Injected | None] = {}
        self._active: set[int] = set()

    def of(self, function: Function) -> tuple[Injected, ...]:
        """What the parameters of ``function`` ask for, in order."""
        key = id(function)
        if key not in self._of:
            if key in self._active or len(self._active) > MAX_DEPTH:
                return ()
            self._active.add(key)
            try:
                self._of[key] = tuple(self._parameters(function))
            finally:
                self._active.discard(key)
        return self._of[key]

    def of_view(self, cls: Class) -> tuple[Injected, ...]:
        """What the fields of a class-based view ask for: every endpoint in it depends on them."""
        found: dict[str, Injected | None] = {}
        for ancestor in cls.ancestry.project:
            for field in ancestor.facts.fields:
                if field.name not in found:
                    # A field reads like a keyword parameter of the class.
                    parameter = Parameter(
                        field.name,
                        "keyword",
                        field.annotation,
                        field.annotated,
                        field.value,
                        field.has_value,
                        field.line,
                    )
                    found[field.name] = self._parameter(parameter, ancestor.module)
        return tuple(injected for injected in found.values() if injected is not None)

    def listed(
        self, expr: s.Expr | s.Missing, code: Code, by: str, line: int, env: Environment | None = None
    ) -> tuple[Injected, ...]:
        """The items of ``dependencies=[Depends(f), ...]``; the list may be a variable, grown in place or made by a
        function."""
        if isinstance(expr, s.Missing):
            return ()
        made = (self._item(row, by, line, 0) for row in self._loops.rows(expr, code, env))
        return tuple(injected for injected in made if injected is not None)

    def _item(self, given: Given, by: str, line: int, hops: int) -> Injected | None:
        if isinstance(given.expr, s.Call):
            found = self._marker(given.expr, given.code, by, line, annotated=True, own_type=None, env=given.env)
            if found is not None:
                return found
        origin = self._constants.given(*given) if hops < MAX_DEPTH else None
        return self._item(origin, by, line, hops + 1) if origin is not None else None

    def _parameters(self, function: Function) -> Iterator[Injected]:
        scope = function.parent or function.module
        parameters = function.facts.parameters[1:] if function.receiver else function.facts.parameters
        for parameter in parameters:
            found = self._parameter(parameter, scope)
            if found is not None:
                yield found

    def _parameter(self, parameter: Parameter, scope: Code) -> Injected | None:
        if isinstance(parameter.default, s.Call):
            own_type = parameter.annotation if parameter.annotated else None
            found = self._marker(
                parameter.default,
                scope,
                "parameter",
                parameter.line,
                annotated=False,
                own_type=own_type,
                of=parameter.name,
            )
            if found is not None:
                return found
        elif isinstance(parameter.default, s.Ref):
            found = self._kept_marker(parameter, scope)
            if found is not None:
                return found
        if parameter.annotated:
            return self._annotation(parameter.annotation, scope, parameter, 0)
        return None

    def _kept_marker(self, parameter: Parameter, scope: Code) -> Injected | None:
        """``user: User = moderator``, where ``moderator = Depends(...)`` stands elsewhere."""
        kept = self._constants.given(parameter.default, scope)
        if kept is None or not isinstance(kept.expr, s.Call):
            return None
        own_type = parameter.annotation if parameter.annotated else None
        return self._marker(
            kept.expr, kept.code, "parameter", parameter.line, annotated=False, own_type=own_type, of=parameter.name
        )

    def _annotation(self, annotation: s.Expr, scope: Code, parameter: Parameter, hops: int) -> Injected | None:
        if hops > MAX_DEPTH:
            return None
        match annotation:
            case s.Subscript(value=s.Ref(name=name), index=s.Items(values=(own_type, *markers))):
                resolved = self._values.names.resolve(scope, name)
                if isinstance(resolved, External) and resolved.name == "typing.Annotated":
                    for marker in reversed(markers):
                        if isinstance(marker, s.Call):
                            found = self._marker(
                                marker, scope, "parameter", parameter.line, annotated=True, own_type=own_type,
                                of=parameter.name,
                            )  # fmt: skip
                            if found is not None:
                                return found
                    return self._annotation(own_type, scope, parameter, hops + 1)
                if isinstance(resolved, Variable):
                    return self._alias(resolved, parameter, hops)
            case s.Ref(name=name):
                resolved = self._values.names.resolve(scope, name)
                if isinstance(resolved, Variable):
                    return self._alias(resolved, parameter, hops)
        return None

    def _alias(self, variable: Variable, parameter: Parameter, hops: int) -> Injected | None:
        found = self._behind(variable, parameter, hops)
        if found is None:
            return None
        return Injected(
            found.provider, found.name, found.by, found.code, parameter.line, found.annotated, found.use_cache,
            found.scopes, parameter.name, found.inner, found.optional, found.words,
        )  # fmt: skip

    def _behind(self, variable: Variable, parameter: Parameter, hops: int) -> Injected | None:
        """What an alias stands for, found once: hundreds of parameters have the same."""
        expr = variable.bindings[-1].expr
        key = (id(expr), id(variable.code))
        if not hops and key in self._aliases:
            return self._aliases[key]
        found = self._annotation(expr, variable.code, parameter, hops + 1)
        # Within a cycle of dependencies the rest of the tree is cut off: that holds for this one only.
        whole = found is None or (function := found.function) is None or id(function) in self._of
        if not hops and whole:
            self._aliases[key] = found
        return found

    def _wrapped(
        self,
        maker: Function,
        call: s.Call,
        code: Code,
        by: str,
        line: int,
        *,
        annotated: bool,
        own_type: s.Expr,
        of: str,
    ) -> Injected | None:
        """A function of the project that returns nothing but ``Depends(...)``: ``AuthDependency()``. Of several that it
        chooses from, the first stands for all."""
        returned = [stmt.value for stmt in maker.statements_of(s.Return)]
        made = returned[0] if returned else None
        if not isinstance(made, s.Call) or not all(isinstance(r, s.Call) and r.method in _RETURNED for r in returned):
            return None
        env = bound(maker, call, code, None)
        return self._marker(made, maker, by, line, annotated=annotated, own_type=own_type, of=of, env=env)

    def _marker(
        self,
        call: s.Call,
        code: Code,
        by: str,
        line: int,
        *,
        annotated: bool,
        own_type: s.Expr,
        of: str = "",
        env: Environment | None = None,
    ) -> Injected | None:
        called = self._values.of(call.func, code)
        if isinstance(called, Function):
            return self._wrapped(called, call, code, by, line, annotated=annotated, own_type=own_type, of=of)
        if called is None and isinstance(call.func, s.Ref):
            origin = self._constants.given(call.func, code)
            if origin is not None and isinstance(origin.expr, s.Lambda) and isinstance(origin.expr.body, s.Call):
                made, scope = origin.expr.body, origin.code
                return self._marker(made, scope, by, line, annotated=annotated, own_type=own_type, of=of)
            return None
        if not (isinstance(called, External) and called.name in _MARKERS):
            return None
        given = call.argument(0, "dependency")
        if isinstance(given, s.Missing) or given is None:
            # Depends() and Depends(None): the parameter's type is what is called.
            given = own_type
        wanted = Given(given, code, env)
        if isinstance(given, s.Ref) and env and given.name in env:
            wanted = env[given.name]
        provider = self._values.of(wanted.expr, wanted.code)
        function = provider_function(provider)
        cache = call.keyword("use_cache")
        scopes = call.argument(1, "scopes") if called.name.endswith("Security") else s.MISSING
        settled = self._constants.settled(wanted)
        return Injected(
            provider,
            s.written(wanted.expr, 80),
            by,
            code,
            line,
            annotated,
            cache is not False,
            () if isinstance(scopes, s.Missing) else self._words(scopes, code, env),
            of,
            self.of(function) if function else (),
            isinstance(settled.expr, s.Call) and settled.expr.keyword("auto_error") is False,
            tuple(self._given_words(settled)),
        )

    def _words(self, expr: s.Expr, code: Code, env: Environment | None) -> tuple[str, ...]:
        """Strings of a list, as far as they are known; as written where not."""
        rows = self._loops.rows(expr, code, env)
        return tuple(self._constants.text(*row) or s.written(row.expr, 60) for row in rows)

    def _given_words(self, made: Given) -> Iterator[str]:
        if not isinstance(made.expr, s.Call):
            return
        for given in (*made.expr.args, *(k.value for k in made.expr.keywords)):
            inner = given.value if isinstance(given, s.Starred) else given
            text = self._constants.text(inner, made.code, made.env)
            if text is not None:
                yield text
            else:
                yield from (
                    t for row in self._loops.rows(inner, made.code, made.env) if (t := self._constants.text(*row))
                )
