"""What the run of the project's tests, or a coverage file, says about routes, modules and tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from fastreview.facts import Side
from fastreview.facts.http import HttpFacts, Stall
from fastreview.facts.tests import FileCoverage, Frame, RequestSeen, StallSeen, TestResult, TestRunFacts, Trial
from fastreview.project.code import Module
from fastreview.project.kept_property import cached_property
from fastreview.project.subject import Place, Subject
from fastreview.project.tests import Test

if TYPE_CHECKING:
    from fastreview.project.project import Project
    from fastreview.project.routes import Route

RAN = frozenset({"passed", "failed", "xfailed", "xpassed"})
"""Outcomes of tests whose body was executed."""
_PARAMETERS = re.compile(r"\{([^}:]*)(?::[^}]*)?\}")


class Shares(Struct, frozen=True):
    """Executed and all: statements, and branches where they were measured."""

    lines: int
    lines_executed: int
    branches: int
    branches_executed: int

    @property
    def share(self) -> float:
        """Statements and branches together, as coverage.py counts them; 1.0 where there is nothing to execute."""
        of = self.lines + self.branches
        return (self.lines_executed + self.branches_executed) / of if of else 1.0


class TestRun:
    """The test run joined with the model. False where the tests were not run; `coverage` may be there all the same."""

    __test__ = False  # not a test of our own: pytest asks

    def __init__(self, project: Project) -> None:
        self.project = project
        self.facts = project.facts.tests or TestRunFacts(ran=False)

    def __bool__(self) -> bool:
        return self.facts.ran

    @property
    def why_missing(self) -> str:
        """What to say where a check needs the run and it is not there."""
        side = self.project.facts.side(Side.TESTS)
        return "; ".join(filter(None, (side.reason, side.how)))

    @property
    def tests(self) -> tuple[TestResult, ...]:
        """Every collected test with its result, in the order in which they ran."""
        return self.facts.tests

    @cached_property
    def is_complete(self) -> bool:
        """Whether every test of the project had its turn, and none lacked what it needs. Only then the absence of a
        request or of an executed line proves that no test makes it."""
        return (
            bool(self)
            and not self.facts.stopped
            and not self.facts.collection_errors
            and all(test.outcome not in ("unknown", "error") for test in self.tests)
        )

    @cached_property
    def _results(self) -> dict[tuple[str, str], list[TestResult]]:
        found: dict[tuple[str, str], list[TestResult]] = {}
        for test in self.tests:
            path, _, names = test.id.partition("::")
            found.setdefault((test.path or path, names.partition("[")[0].replace("::", ".")), []).append(test)
        return found

    def results_of(self, test: Test) -> tuple[TestResult, ...]:
        """Results of a test of the model, one for each set of its parameters; empty where it was not collected."""
        function = test.function
        name = f"{function.owner.name}.{function.name}" if function.owner else function.name
        return tuple(self._results.get((function.module.path, name), ()))

    # Routes

    @cached_property
    def _exchanges(self) -> dict[str, list[tuple[TestResult, RequestSeen]]]:
        """By method: of tests that had their turn, however they ended."""
        found: dict[str, list[tuple[TestResult, RequestSeen]]] = {}
        for test in self.tests:
            for seen in test.requests:
                if seen.route or seen.endpoint.path:
                    found.setdefault(seen.method, []).append((test, seen))
        return found

    @cached_property
    def _seen(self) -> dict[str, list[tuple[TestResult, RequestSeen]]]:
        """By the key of the route that answered."""
        by_place: dict[tuple[str, str, int], list[str]] = {}
        by_path: dict[tuple[str, str], str] = {}
        for route in self.project.routes:
            by_path.setdefault((route.method, _shape(route.path)), route.key)
            place = route.facts.endpoint if route.facts else None
            for path, line in {
                (route.place.path, route.place.line),
                (place.path, place.line) if place else ("", 0),
                (route.endpoint.module.path, route.endpoint.facts.line) if route.endpoint else ("", 0),
            }:
                if path:
                    by_place.setdefault((route.method, path, line), []).append(route.key)
        found: dict[str, list[tuple[TestResult, RequestSeen]]] = {}
        for method, exchanges in self._exchanges.items():
            for test, seen in exchanges:
                keys = [
                    k for m in _answering(method) for k in by_place.get((m, seen.endpoint.path, seen.endpoint.line), ())
                ]
                exact = [
                    by_path[m, _shape(seen.route)] for m in _answering(method) if (m, _shape(seen.route)) in by_path
                ]
                # Several routes may lead to one endpoint; of a test's own app the prefix may be another.
                key = next((k for k in exact if not keys or k in keys), keys[0] if keys else exact[0] if exact else "")
                if key:
                    found.setdefault(key, []).append((test, seen))
        return found

    def requests_to(self, route: Route) -> tuple[tuple[TestResult, RequestSeen], ...]:
        """What tests sent to the route and how it answered."""
        return tuple(self._seen.get(route.key, ()))

    def tests_of(self, route: Route) -> tuple[TestResult, ...]:
        """Tests that sent at least one request to the route."""
        found = {test.id: test for test, _ in self.requests_to(route)}
        return tuple(found.values())

    def statuses_of(self, route: Route) -> frozenset[int]:
        """Statuses that the route answered with; without 0."""
        return frozenset(seen.status for _, seen in self.requests_to(route) if seen.status)

    # Coverage

    @property
    def coverage_origin(self) -> str:
        """ "run", the name of the file that it was read from, or "" where there is no coverage data."""
        return self.facts.coverage.origin if self.facts.coverage else ""

    @cached_property
    def _covered(self) -> dict[str, FileCoverage]:
        return {file.path: file for file in self.facts.coverage.files} if self.facts.coverage else {}

    def coverage_of(self, module: Module) -> FileCoverage | None:
        """None where there is no coverage data, or it does not know the file."""
        return self._covered.get(module.path)

    def executed(self, place: Place) -> bool | None:
        """Whether any line from ``place.line`` to ``place.end_line`` was executed, the first (its definition, which runs
        at import) left out where there are several; None without data."""
        file = self._covered.get(place.path)
        if file is None:
            return None
        first = place.line + 1 if place.end_line > place.line else place.line
        return any(first <= line <= max(place.end_line, place.line) for line in file.executed)

    def share_of(self, modules: Iterable[Module]) -> Shares | None:
        """Coverage of several modules together; those that no data knows are left out. None where it knows none."""
        files = [file for module in modules if (file := self.coverage_of(module)) is not None]
        if not files:
            return None
        return Shares(
            sum(len(file.executed) + len(file.missing) for file in files),
            sum(len(file.executed) for file in files),
            sum(file.branches for file in files),
            sum(file.branches_executed for file in files),
        )

    # Shape

    @cached_property
    def shape(self) -> dict[str, tuple[TestResult, ...]]:
        """Tests that were executed by what they touched: "endpoint" (a request went through the application), "service"
        (business or data modules, without a request) and "unit" (other code of the project); "none" touched nothing."""
        layers = {m.path: self.project.layer(m) for m in self.project.service_modules}
        found: dict[str, list[TestResult]] = {"endpoint": [], "service": [], "unit": [], "none": []}
        for test in self.tests:
            if test.outcome not in RAN:
                continue
            touched = {layers[path] for path in test.files if path in layers}
            if test.requests:
                found["endpoint"].append(test)
            elif touched & {"business", "data"}:
                found["service"].append(test)
            else:
                found["unit" if touched else "none"].append(test)
        return {kind: tuple(tests) for kind, tests in found.items()}

    @cached_property
    def order_dependent(self) -> tuple[str, ...]:
        """Ids of tests that end differently in another order; empty also where no second run was made (see
        ``facts.shuffled``)."""
        return self.facts.shuffled.changed if self.facts.shuffled else ()

    # The event loop

    @cached_property
    def stalls(self) -> tuple[StallSeen, ...]:
        """What held the event loop, the longest first; those below the check's threshold too. Beside the run, what the
        imported app did when the review sent it requests."""
        found = [*self.facts.stalls, *(one for http in self._probed for one in map(_seen, http.stalls))]
        return tuple(sorted(found, key=lambda stall: -stall.milliseconds))

    @cached_property
    def _probed(self) -> tuple[HttpFacts, ...]:
        probe = self.project.facts.probe
        return tuple(one.http for one in probe.apps if one.http is not None) if probe else ()

    def stalls_of(self, route: Route) -> tuple[StallSeen, ...]:
        return tuple(
            stall
            for stall in self.stalls
            if stall.method in _sent_as(route.method)
            and (
                _shape(stall.route) == _shape(route.path)
                or (
                    route.endpoint is not None
                    and (stall.endpoint.path, stall.endpoint.line)
                    == (route.endpoint.module.path, route.endpoint.facts.line)
                )
            )
        )

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """Guards that were taken out in a scratch copy, as subjects; one without a trial where there were none."""
        return tuple(Probe(trial) for trial in self.facts.trials) or (Probe(None),)


class Probe(Subject):
    """A guard that was taken out of a scratch copy, to see whether a test notices. ``trial`` is None where none was made."""

    unit = "probe"

    def __init__(self, trial: Trial | None) -> None:
        self.trial = trial

    @property
    def key(self) -> str:
        return f"{self.trial.subject}: {self.trial.removed}" if self.trial else "guards"

    @property
    def place(self) -> Place:
        return Place(self.trial.path, self.trial.line) if self.trial else Place("")


def _seen(stall: Stall) -> StallSeen:
    stack = tuple(Frame(path, line, function) for path, line, function in stall.stack)
    return StallSeen(
        stall.milliseconds, stack, stall.call, stall.method, stall.route, count=stall.count, steady=stall.steady
    )


def _shape(path: str) -> str:
    """A path without converters and a slash at its end: declared and matched templates differ in both."""
    return _PARAMETERS.sub(r"{\1}", path).rstrip("/") or "/"


def _answering(method: str) -> tuple[str, ...]:
    """Methods of routes that answer a request with ``method``."""
    return ("HEAD", "GET") if method == "HEAD" else (method,)


def _sent_as(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)
