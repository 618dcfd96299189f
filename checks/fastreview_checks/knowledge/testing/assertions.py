"""What proves something in a test: assertions, and calls that raise when they are not content.

Sources: pytest, unittest, unittest.mock, and the documentation of the plugins named here.
"""

import re
from functools import lru_cache

from fastreview.api import CallSite, Function, Project, syntax

# Methods and functions that raise when something is not as it should be.
ASSERTING_CALL = re.compile(
    r"^_*(?:assert|expect|verify|check|ensure|should|validate|must|compare|raises|warns|deprecated_call|fail|approx)(?:_|[A-Z]|$)"
    r"|^(?:raise_for_status|call_and_validate|wait_for\w*|run_state_machine_as_test|verify\w*|testmod|run_docstring_examples"
    r"|fnmatch_lines|matches|all_called|match_snapshot|snapshot|check_call|xfail)$"
    r"|(?:^|_)(?:assert|expect|verify|raises|should)(?:_|$|ions?$)|(?:Asserts?|Verif(?:y|ies))$"
)
# Fixtures that check something when the test ends, or that are the check.
ASSERTING_FIXTURES = frozenset(
    {"snapshot", "snapshot_json", "httpx_mock", "respx_mock", "benchmark", "regressions", "data_regression", "file_regression",
     "num_regression", "image_regression", "subtests", "verify", "testdir", "pytester", "check"}
)  # fmt: skip
ASSERTING_DECORATORS = re.compile(
    r"(?:^|\.)(?:given|rule|parametrize_api|respx\.mock|mock_all|scenario|benchmark|raises)$"
)
SKIPPING = re.compile(r"(?:^|\.)(?:skip|skipIf|skipUnless|skipif|manual|disabled)$")
# Names that say what such a test proves: that nothing is raised.
NOTHING_RAISED = re.compile(
    r"(?:no|not|never|without|doesnt|dont|isnt)_?(?:\w+_)?(?:rais\w*|error\w*|exception\w*|crash\w*|fail\w*|throw\w*|break\w*|blow\w*)"
    r"|smoke|import(?:s|able|ed)?(?:_|$)|(?:is|are)_(?:valid|accepted|allowed|ok)(?:_|$)|succeeds?$|noop|no_op|idempotent|ignored?(?:_|$)"
    r"|does_?nothing|survives?|tolerates?|graceful|safe(?:ly)?(?:_|$)|permitted|can_be_(?:called|created)",
)
# `mock.called_once_with(...)` and its like are attributes that mocks invent.
INVENTED = re.compile(
    r"^(?:\w+_)?(?:called_once|called_with|called_once_with|called_once_once|not_called|any_call|has_calls|once_with)(?:_with|_once)*$"
)

# Calls whose outcome somebody has to look at: requests, and what only talks or waits.
SAYING_NOTHING = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "print", "sleep", "info", "debug",
     "append", "update", "clear", "add", "commit", "flush", "refresh", "setattr", "close", "raise_server_exceptions"}
)  # fmt: skip
# Contexts that a test enters to call something else in them.
PREPARING = re.compile(r"patch|client|session|freeze|override|environ|settings|open|suppress|temp|tmp", re.IGNORECASE)

MAX_DEPTH = 5


def never_judged(function: Function) -> str:
    """Why a test is no subject, or ""."""
    facts = function.facts
    decorators = [
        d for owner in (facts.decorators, function.owner.facts.decorators if function.owner else ()) for d in owner
    ]
    for decorator in decorators:
        name = syntax.written(decorator.func if isinstance(decorator, syntax.Call) else decorator, 100)
        if SKIPPING.search(name):
            return "the test is skipped"
        if name.endswith(("mark.xfail", ".expectedFailure")):
            return "the test is expected to fail"
    match function.body:
        case (*_, syntax.Do(value=syntax.Call() as call)) if call.method in ("skip", "skipTest", "importorskip"):
            return "the test is skipped"
    if facts.returns_annotated and facts.returns is not None:
        return "it gives something back: others call it"
    if not function.body and any(one.within == function.qualname for one in function.module.facts.imports):
        return "what it imports is what it tests"
    return ""


class Asserting:
    """Which functions of the project assert something, themselves or in what they call."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[int, bool] = {}
        self._support: dict[str, list[Function]] = {}
        self._nested: dict[int, list[Function]] = {}
        for module in project.modules:
            for function in module.functions:
                if function.parent is not None:
                    self._nested.setdefault(id(function.parent), []).append(function)
                if module.kind == "test":
                    self._support.setdefault(function.name, []).append(function)

    def asserts(self, function: Function, depth: int = 0) -> bool:
        key = id(function)
        if key not in self._known:
            if depth > MAX_DEPTH:
                return False
            self._known[key] = False
            self._known[key] = (
                _itself(function)
                or any(self.asserts(inner, depth + 1) for inner in self._nested.get(key, ()))
                or any(self._called(site, function, depth) for site in function.calls)
                or any(
                    self._fixture(p.name, depth) for p in function.facts.parameters if function.name.startswith("test")
                )
            )
        return self._known[key]

    def vacuous(self, function: Function) -> str | None:
        """The invented attribute that an assertion asks, or None."""
        for stmt in function.statements_of(syntax.Assert):
            if name := _invented(stmt.test):
                return name
        return None

    def runs_something(self, function: Function) -> bool:
        """Whether it calls code for its effect, or enters a context, that is no HTTP request, print or set-up of a mock."""
        entered = [i.context for stmt in function.statements_of(syntax.With) for i in stmt.items]
        return any(
            (site.dropped or (any(e is site.call for e in entered) and not PREPARING.search(site.call.name)))
            and site.call.method not in SAYING_NOTHING
            and "mock" not in site.call.name.lower()
            for site in function.calls
        )

    def _called(self, site: CallSite, function: Function, depth: int) -> bool:
        method = site.call.method
        if ASSERTING_CALL.search(method):
            return True
        targets = [t for t in self._project.targets(site) if isinstance(t, Function)]
        if not targets and site.call.name.partition(".")[0] not in ("client", "response", "app"):
            # The type of a fixture is seldom known: what has this name in the tests is meant.
            targets = [f for f in self._support.get(method, ())[:5] if f is not function]
        return any(t.module.kind in ("test", "script") and self.asserts(t, depth + 1) for t in targets)

    def _fixture(self, name: str, depth: int) -> bool:
        """A fixture that asserts when the test ends."""
        return any(
            f.facts.yields and self.asserts(f, depth + 1)
            for f in self._support.get(name, ())[:5]
            if any("fixture" in d for d in f.decorator_names)
        )


def _itself(function: Function) -> bool:
    facts = function.facts
    if NOTHING_RAISED.search(function.name) and function.name.startswith("test"):
        return True
    if any(p.name in ASSERTING_FIXTURES for p in facts.parameters) and function.name.startswith("test"):
        return True
    if any(ASSERTING_DECORATORS.search(name) for name in function.decorator_names):
        return True
    if any("raises" in syntax.written(decorator, 2_000) for decorator in facts.decorators):
        # Parameters that are contexts: nullcontext() or pytest.raises(...).
        return True
    proofs = function.statements_of(syntax.Assert)
    return any(not _invented(stmt.test) for stmt in proofs) or bool(function.statements_of(syntax.Raise))


def _invented(test: syntax.Expr) -> str:
    return test.method if type(test) is syntax.Call and INVENTED.fullmatch(test.method) else ""


@lru_cache(maxsize=1)
def asserting(project: Project) -> Asserting:
    """One index for all tests of a project."""
    return Asserting(project)
