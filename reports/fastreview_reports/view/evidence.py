"""What was looked at, and how every check came out."""

from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import GatheredEntry, OutcomeEntry
from fastreview_reports import words
from fastreview_reports.view.sums import Sums


class OutcomeView(Struct, frozen=True):
    code: str
    title: str
    dimension: str
    level: str
    kind: str
    detail: str
    rung: str
    sum: str


class OutcomeGroup(Struct, frozen=True):
    state: str
    label: str
    about: str
    outcomes: tuple[OutcomeView, ...]


class SideView(Struct, frozen=True):
    label: str
    ok: bool
    state: str
    text: str
    assumed: tuple[str, ...]


def outcomes(entries: Sequence[OutcomeEntry], opened: Sums) -> tuple[OutcomeGroup, ...]:
    groups = []
    for state, (label, about) in words.STATES.items():
        members = tuple(
            OutcomeView(
                code=outcome.check,
                title=outcome.title,
                dimension=words.dimension_label(outcome.dimension),
                level=words.label(outcome.level),
                kind={"never": "never-event", "gate": "gate", "credit": "credit"}[outcome.kind],
                detail=words.detail(outcome),
                rung=outcome.rung,
                sum=opened.checks.get(outcome.check, ""),
            )
            for outcome in entries
            if outcome.state == state
        )
        groups.append(OutcomeGroup(state, label, about, members))
    return tuple(groups)


def side(entry: GatheredEntry) -> SideView:
    state = {"ok": "Seen", "unavailable": "Not available", "off": "Switched off"}[entry.state]
    text = ". ".join(words.sentence(part).rstrip(".") for part in (entry.reason, entry.how) if part)
    assumed = tuple(words.sentence(one) for one in entry.assumed)
    return SideView(words.SIDES[entry.what], entry.state == "ok", state, text, assumed)
