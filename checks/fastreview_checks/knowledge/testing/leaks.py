"""State that a test leaves behind for the next one.

Sources: pytest's pages on flaky tests, fixtures and monkeypatching; documentation of pytest-order and pytest-dependency.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Class, Code, Function, Hit, Instance, Module, Place, Project, Test, Variable, syntax
from fastreview_checks.knowledge.testing.overrides import Override, overrides

ORDERING = re.compile(r"^(?:pytest\.)?mark\.(?:order|run|dependency|flaky_order)$")
GROWING = frozenset({"append", "add", "update", "extend", "insert", "setdefault", "pop", "remove", "clear", "discard"})
RESTORING = re.compile(r"monkeypatch|patch|mocker|setitem|setattr|override_settings|environ_context|temp_env")


def leaks(test: Test, project: Project) -> Iterator[Hit]:
    """What this test leaves to others, or expects of them."""
    yield from _ordered(test)
    yield from _kept_overrides(test, project)
    function = test.function
    for names in function.statements_of(syntax.Names):
        for target in names.targets if names.kind == "global" else ():
            if isinstance(target, syntax.Ref) and _others_use(target.name, test):
                yield _hit(test, names.line, target.name, "the global")
    assigned = [
        (target, stmt)
        for stmt in function.statements_of(syntax.Assign)
        for target in stmt.targets
        if (type(target) is syntax.Subscript or (type(target) is syntax.Ref and "." in target.name))
    ]
    if assigned and not _restores(function):
        for target, stmt in assigned:
            if not _is_empty(stmt.value):
                yield from _assigned(target, stmt.line, test, project)
    for do in function.statements_of(syntax.Do) if not GROWING.isdisjoint(function.called) else ():
        if type(do.value) is syntax.Call and type(do.value.func) is syntax.Ref:
            owner, _, method = do.value.func.name.rpartition(".")
            if method in GROWING and _is_shared(owner, function) and _others_use(owner, test):
                yield _hit(test, do.line, owner, "the module's")


def _restores(function: Function) -> bool:
    return bool(RESTORING.search(" ".join((*function.mentioned, *function.decorator_names))))


def _assigned(target: syntax.Expr, line: int, test: Test, project: Project) -> Iterator[Hit]:
    function = test.function
    match target:
        case syntax.Subscript(value=syntax.Ref(name="os.environ" | "environ"), index=index):
            if not _takes_back(function, "environ"):
                yield _hit(test, line, f"os.environ[{syntax.written(index, 40)}]", "the environment variable")
        case syntax.Subscript(value=syntax.Ref(name=name)) if _is_shared(name, function) and _others_use(name, test):
            yield _hit(test, line, name, "the module's")
        case syntax.Ref(name=name) if "." in name:
            owner, _, attr = name.rpartition(".")
            if function.owner is not None and owner in (function.owner.name, f"{function.receiver}.__class__", "cls"):
                if _siblings_use(attr, test):
                    yield _hit(test, line, name, "the attribute of the class")
            elif (
                _is_of_service(owner, function, project)
                and not _takes_back(function, name)
                and not _is_prepared(name, test)
                and not {("", attr), (function.module.path, attr)} & _cleaned_up(project)
            ):
                yield _hit(test, line, name, "the service's own")


def _hit(test: Test, line: int, name: str, what: str) -> Hit:
    return Hit(
        Place(test.function.module.path, line),
        f"This test sets {what} `{name}` and leaves it so: tests that run after it see another service than alone, and the "
        "result depends on the order. Set it in a fixture, or with `monkeypatch`, which takes it back.",
        symbol=name,
    )


def _ordered(test: Test) -> Iterator[Hit]:
    for decorator in test.function.facts.decorators:
        match decorator:
            case syntax.Call(func=syntax.Ref(name=name)) if ORDERING.search(name):
                if decorator.args or any(k.name in ("order", "depends", "after", "before") for k in decorator.keywords):
                    yield Hit(
                        test.place,
                        "This test must run before or after others, as its marker says, so it cannot be run alone and one "
                        "failure takes the rest along. Let it prepare what it needs by a fixture.",
                        symbol=name,
                    )


def _kept_overrides(test: Test, project: Project) -> Iterator[Hit]:
    left = _left_behind(project)
    if not left:
        return
    place = test.function.place
    for one in left:
        inside = one.place.path == place.path and place.line <= one.place.line <= place.end_line
        if inside and _key_at(one.place.line, test.function) not in _set_anew(project):
            yield Hit(
                one.place,
                "This test overrides a dependency and never takes it back, so every later test runs with it. Set it in a "
                "fixture and clear `dependency_overrides` after the `yield`.",
                symbol="dependency_overrides",
            )


@lru_cache(maxsize=2)
def _left_behind(project: Project) -> tuple[Override, ...]:
    return tuple(one for one in overrides(project) if not one.cleared)


def _key_at(line: int, function: Function) -> str:
    """``get_db`` of ``app.dependency_overrides[get_db] = fake``."""
    targets = (t for s in function.statements if isinstance(s, syntax.Assign) and s.line == line for t in s.targets)
    return next((syntax.written(t.index) for t in targets if isinstance(t, syntax.Subscript)), "?")


@lru_cache(maxsize=2)
def _set_anew(project: Project) -> frozenset[str]:
    """What fixtures override for each test that uses them: a value that stays behind is replaced there."""
    found: set[str] = set()
    for fixture in project.exercise.fixtures.all:
        if "dependency_overrides" in fixture.mentioned:
            found |= {_key_at(s.line, fixture) for s in fixture.statements if isinstance(s, syntax.Assign)}
    return frozenset(found - {"?"})


@lru_cache(maxsize=2)
def _cleaned_up(project: Project) -> frozenset[tuple[str, str]]:
    """Names of what fixtures that tests use without asking assign, or the functions that these call: each test starts anew.
    With the path of the module whose tests use it; "" for those of ``conftest.py``."""
    found: set[tuple[str, str]] = set()
    for fixture in project.exercise.fixtures.all:
        if any(
            k.name == "autouse" and k.value is True
            for d in fixture.facts.decorators
            if isinstance(d, syntax.Call)
            for k in d.keywords
        ):
            where = "" if fixture.module.path.endswith("conftest.py") else fixture.module.path
            called = (target for site in fixture.calls for target in project.targets(site))
            for function in (fixture, *(target for target in called if isinstance(target, Function))):
                assigned = (target for stmt in function.statements_of(syntax.Assign) for target in stmt.targets)
                found |= {(where, t.last) for t in assigned if isinstance(t, syntax.Ref) and "." in t.name}
    return frozenset(found)


def _is_shared(name: str, function: Function) -> bool:
    """Whether it is a list, set or dict at the top level of the test's own module."""
    if not name or "." in name or name in function.bindings or name in function.parameters:
        return False
    bindings = function.module.bindings.get(name, ())
    return any(
        isinstance(b.expr, syntax.Items | syntax.Mapping)
        or (isinstance(b.expr, syntax.Call) and b.expr.name in ("dict", "list", "set", "defaultdict"))
        for b in bindings
        if b.kind == "assign"
    )


def _others_use(name: str, test: Test) -> bool:
    """Another test of the module reads it without setting it first, and nothing in the module resets it between them."""
    users = [f for f in test.function.module.functions if f is not test.function and name in f.mentioned]
    if _is_prepared(name, test) or any(name in _set_by(stmt) for stmt in _finally(test.function)):
        return False
    return any(f.name.startswith("test") and not any(name in _set_by(s) for s in f.statements) for f in users)


def _is_prepared(name: str, test: Test) -> bool:
    """Whether a fixture, or a function that sets up or tears down, has to do with it."""
    return any(
        name.rpartition(".")[2] in f.mentioned
        and (
            any("fixture" in d for d in f.decorator_names)
            or f.name.lower().startswith(("setup", "teardown", "reset", "clear", "asyncsetup", "asyncteardown"))
        )
        for f in test.function.module.functions
    )


def _finally(function: Function) -> Iterator[syntax.Stmt]:
    for stmt in function.statements:
        if isinstance(stmt, syntax.Try):
            yield from syntax.statements(stmt.final)


def _set_by(stmt: syntax.Stmt) -> set[str]:
    """Roots of what a statement assigns, or calls a method of."""
    match stmt:
        case syntax.Assign(targets=targets):
            inner = [t.value if isinstance(t, syntax.Subscript) else t for t in targets]
            return {t.root for t in inner if isinstance(t, syntax.Ref)}
        case syntax.Do(value=syntax.Call(func=syntax.Ref() as called)):
            return {called.root}
    return set()


def _is_empty(value: syntax.Expr) -> bool:
    """What a reset gives: a clean start for the test itself."""
    return (
        value is None
        or (isinstance(value, syntax.Items) and not value.values)
        or (isinstance(value, syntax.Mapping) and not value.keys)
    )


def _siblings_use(attr: str, test: Test) -> bool:
    owner = test.function.owner
    return owner is not None and any(
        attr in method.mentioned and method is not test.function and method.name.startswith("test")
        for method in owner.methods.values()
    )


def _is_of_service(owner: str, function: Function, project: Project) -> bool:
    """Whether it is an object or class that the service keeps at the top level of a module, or such a module."""
    if owner.partition(".")[0] in function.bindings or owner.partition(".")[0] in function.parameters:
        return False
    match project.names.resolve(function, owner):
        case Variable(code=Module() as module):
            return module.kind == "service" and not _is_mock(project, owner, function)
        case Module() as module:
            return module.kind == "service"
        case Class() as cls:
            return cls.module.kind == "service"
    return False


def _is_mock(project: Project, owner: str, code: Code) -> bool:
    value = project.values.of(syntax.Ref(owner), code)
    return isinstance(value, Instance) and "Mock" in getattr(value.of, "name", "")


def _takes_back(function: Function, name: str) -> bool:
    """Whether it is set more than once, deleted, or restored by something after."""
    times = 0
    for stmt in function.statements:
        if isinstance(stmt, syntax.Try) and stmt.final:
            return True
        if isinstance(stmt, syntax.Names) and stmt.kind == "del":
            times += 2
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Ref) and (
                    node.name == name or node.name.endswith((f".{name}", f"{name}.pop"))
                ):
                    times += 1
                if isinstance(node, syntax.Call) and name in node.name and node.method in ("pop", "clear", "update"):
                    times += 2
    return times > 1
