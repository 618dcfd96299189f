"""A project's history on one scale: every kept review by today's rules, and what each change came from."""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct, structs

from fastreview.check import Check
from fastreview.collector import collector_off
from fastreview.facts import Facts
from fastreview.forks import processors, shared
from fastreview.history.attribution import Measured, change
from fastreview.pipeline import Choice, assess, checks_of
from fastreview.review import History, HistoryPoint
from fastreview.store import Summary, summary
from fastreview.store.keeping import Store, Stored
from fastreview.store.trend import point

Progress = Callable[[int, int], None]


class _Rescored(Struct, frozen=True):
    """``outline`` is None where the facts cannot be read any more."""

    id: str
    outline: Summary | None


def history(store: Store, keys: Sequence[str], choice: Choice, rules: str, progress: Progress) -> History:
    """The reviews of the project, the oldest first, all by ``rules`` where their facts can still be read.

    What they come to by these rules is kept, so that it is worked out once.
    """
    reviews = store.reviews(keys)
    known = store.summaries([review.id for review in reviews])
    todo = [review.id for review in reviews if (review.id, rules) not in known]
    with collector_off():
        for done, answer in enumerate(shared_out(store, todo, choice), 1):
            progress(done, len(todo))
            if answer.outline is not None:
                known[answer.id, rules] = answer.outline
                store.add_summary(answer.id, rules, answer.outline)
    checks = checks_of(choice) if reviews else ()
    points = []
    before: _Seen | None = None
    for review in reviews:
        seen = _seen(review, known, rules)
        if seen is None:
            continue
        points.append(_point(seen, before, store, choice, checks))
        before = seen
    return History(tuple(points), tuple(_notes(points, rules, len(reviews) - len(points))))


def shared_out(store: Store, ids: Sequence[str], choice: Choice) -> "Sequence[_Rescored]":
    """By several processes; each opens the store for itself."""

    def rescored(some: Sequence[str]) -> list[_Rescored]:
        return [_rescored(store, id, choice) for id in some]  # noqa: A001 - its name in the table

    size = -(-len(ids) // 200) if ids else 1
    portions = [ids[at : at + size] for at in range(0, len(ids), size)]
    return [one for answer in shared(portions, rescored, list[_Rescored], processors()) for one in answer]


def _rescored(store: Store, id: str, choice: Choice) -> _Rescored:  # noqa: A002 - its name in the table
    facts = store.facts(id)
    return _Rescored(id, summary(assess(facts, None, choice).review) if facts is not None else None)


class _Seen(Struct, frozen=True):
    """A kept review with what it comes to, by ``rules``; ``recorded`` is the index that it showed itself."""

    review: Stored
    outline: Summary
    rules: str
    recorded: float


def _seen(review: Stored, known: dict[tuple[str, str], Summary], rules: str) -> _Seen | None:
    own = known.get((review.id, review.rules))
    today = known.get((review.id, rules))
    outline = today or own
    if outline is None:
        return None
    recorded = own.level.index if own else outline.level.index
    return _Seen(review, outline, rules if today else review.rules, recorded)


def _point(seen: _Seen, before: _Seen | None, store: Store, choice: Choice, checks: Sequence[Check]) -> HistoryPoint:
    index = seen.outline.level.index
    joined = before is not None and before.rules == seen.rules
    return structs.replace(
        point(seen.outline, seen.rules, seen.review.moment, seen.review.subject),
        recorded=seen.recorded if seen.recorded != index else None,
        change=change(_measured(before, store), _measured(seen, store), choice, checks)
        if joined and before is not None
        else None,
    )


def _measured(seen: _Seen, store: Store) -> Measured:
    return Measured(seen.outline, seen.recorded, partial(_facts, store, seen.review.id))


def _facts(store: Store, id: str) -> Facts | None:  # noqa: A002 - its name in the table
    return store.facts(id)


def _notes(points: Sequence[HistoryPoint], rules: str, unread: int) -> list[str]:
    told = []
    others = sum(point.ruler != rules for point in points)
    if others:
        told.append(
            f"{others} of {len(points)} reviews stand as they were measured then: their facts cannot be read by this "
            "version, so no line joins them with the others."
        )
    if unread:
        told.append(f"{unread} reviews cannot be read any more, and are not shown.")
    rescored = sum(point.recorded is not None for point in points)
    if rescored:
        told.append(
            f"{rescored} of {len(points)} reviews were made by other rules, and are shown as today's judge them."
        )
    return told
