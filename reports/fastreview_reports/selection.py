"""A review of selected checks: what was asked for, and the words that stand in place of a verdict.

The level takes all checks. Where most of what is undecided was switched off, a level, a profile and next steps would tell
of the selection and not of the code.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import OutcomeEntry, Review, is_partial
from fastreview_reports import words

NAMED = 4
"""Checks named one by one; more are counted."""


class Selection(Struct, frozen=True):
    """``what`` was selected, in words; ``dimensions`` are those of which every check was."""

    what: str
    asked: int
    whole: int
    dimensions: frozenset[str]

    @property
    def sentence(self) -> str:
        return f"This is a review of {self.what} only."

    @property
    def headline(self) -> str:
        return f"Partial review, {self.asked} of {self.whole} checks selected: no overall level is claimed"


MEANS = "The overall level takes all checks; of those that were not selected nothing is said, neither good nor bad."


def selection(review: Review) -> Selection | None:
    """None for a review that says where the code stands, or that cannot say it for want of evidence."""
    if not is_partial(review):
        return None
    asked = [outcome for outcome in review.outcomes if outcome.state != "off"]
    by_dimension: defaultdict[str, list[OutcomeEntry]] = defaultdict(list)
    for outcome in review.outcomes:
        by_dimension[outcome.dimension].append(outcome)
    entire = [name for name, members in by_dimension.items() if all(one.state != "off" for one in members)]
    return Selection(_what(asked, entire), len(asked), len(review.outcomes), frozenset(entire))


def headline(review: Review) -> str:
    """The line that is the same, letter by letter, in every format."""
    partial = selection(review)
    return partial.headline if partial else words.headline(review.level)


def _what(asked: Sequence[OutcomeEntry], entire: Sequence[str]) -> str:
    if asked and all(outcome.dimension in entire for outcome in asked):
        labels = [words.dimension_label(name) for name in entire]
        return f"the {'dimension' if len(labels) == 1 else 'dimensions'} {', '.join(labels)}"
    if 0 < len(asked) <= NAMED:
        return words.listing([outcome.check for outcome in asked])
    return words.number(len(asked), "check")
