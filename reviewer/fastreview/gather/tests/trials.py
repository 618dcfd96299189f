"""Does a test notice? One guard after the other is taken out of a fresh copy, and the tests that touch it are run."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from msgspec import Struct

from fastreview.facts.tests import TestResult, Trial
from fastreview.gather.tests.guards import Guard, without
from fastreview.gather.tests.suite import Scene, Spending, run_suite

TRIALS = 24
SECONDS = 420.0
"""For all trials together."""
PER_TRIAL = Spending(30.0, 90.0)
TESTS = 40
"""Tests that are run for one guard; the quickest first."""

Touched = Mapping[str, Sequence[tuple[int, int, frozenset[str]]]]
"""By file: first line, last line, ids of the tests that executed them."""


class Trials(Struct, frozen=True):
    done: tuple[Trial, ...] = ()
    possible: int = 0
    reason: str = ""


def try_guards(
    found: Sequence[Guard],
    tests: Sequence[TestResult],
    touched: Touched,
    scene: Callable[[], AbstractContextManager[Scene]],
) -> Trials:
    """Trials of the first guards that passing tests touch, as many as there is time for. ``scene`` makes a fresh one.

    A response model whose removal no test notices is not told: it may not have changed any answer.
    """
    passing = {test.id: test for test in tests if test.outcome == "passed"}
    chosen = [(guard, ids) for guard in found if (ids := _touching(guard, passing, touched))]
    if not chosen:
        return Trials(reason="no passing test touches anything that guards")
    until = time.monotonic() + SECONDS
    done: list[Trial] = []
    for guard, ids in chosen[:TRIALS]:
        if time.monotonic() > until:
            break
        trial = _tried(guard, ids, scene)
        # What the endpoint returns may have no more in it than the model lets through: then there is nothing to notice.
        if trial.kind != "response-model" or trial.outcome == "caught":
            done.append(trial)
    return Trials(tuple(done), len(chosen), "" if done else "none of the trials was conclusive")


def _touching(guard: Guard, passing: Mapping[str, TestResult], touched: Touched) -> tuple[str, ...]:
    """Ids of the tests that execute the function, or send its route a request; the quickest first."""
    ids = {
        name
        for first, last, names in touched.get(guard.path, ())
        if first <= guard.last and last >= guard.first
        for name in names
    }
    if guard.endpoint:
        ids |= {
            test.id
            for test in passing.values()
            if any((r.endpoint.path, r.endpoint.line) == (guard.path, guard.endpoint) for r in test.requests)
        }
    return tuple(sorted(ids & passing.keys(), key=lambda name: (passing[name].seconds, name))[:TESTS])


def _tried(guard: Guard, ids: tuple[str, ...], scene: Callable[[], AbstractContextManager[Scene]]) -> Trial:
    def trial(outcome: str, caught_by: str = "", reason: str = "") -> Trial:
        return Trial(
            guard.kind, guard.path, guard.line, guard.removed, guard.subject, outcome, caught_by, len(ids), reason
        )

    with scene() as fresh:
        file = fresh.copy / guard.path
        if file.is_symlink() or (changed := without(file.read_bytes(), guard)) is None:
            return trial("unknown", reason="it cannot be taken out of the file")
        original = file.read_bytes()
        file.write_bytes(changed)
        run = run_suite(fresh, PER_TRIAL, measure=False, only=ids, first_failure=True)
        if run.unreadable or run.broken:
            return trial("unknown", reason="without it the tests cannot be loaded")
        failed = next((one.id for one in run.results.values() if one.outcome in ("failed", "error")), "")
        if not failed:
            ran = sum(one.outcome == "passed" for one in run.results.values())
            return (
                trial("survived") if ran == len(ids) else trial("unknown", reason="not all of its tests could be run")
            )
        # A test that fails alone, with the guard in its place too, has not noticed anything.
        file.write_bytes(original)
        again = run_suite(fresh, PER_TRIAL, measure=False, only=(failed,))
        sound = failed in again.results and again.results[failed].outcome == "passed"
        return trial("caught", failed) if sound else trial("unknown", reason=f"{failed} fails when it runs alone")
