"""Every number and rule of the scoring model, as data, calibrated against the ratings of 58 public services."""

from fractions import Fraction

from msgspec import Struct

from fastreview.check import Kind, Rung
from fastreview.outcome import Level

MODEL = "3"
"""Version of the model: two reviews scored by different models are not joined in one trend."""

CORE = ("core", "architecture", "async", "typing", "data", "security", "testing", "production")
"""The dimensions that decide the level, in the order in which they are shown."""

PROFILE_ONLY = ("extension",)
"""Shown in the profile. These and dimensions that only a third-party pack knows never decide anything."""

SHARE_TO_HOLD = {
    Level.INTERMEDIATE: Fraction(1, 2),
    Level.SENIOR: Fraction(80, 100),
    Level.STAFF: Fraction(80, 100),
}
"""Of the credits of a level, by weight.

A dimension has two to four credits at Intermediate, so 80 % of them were all of them, and the lightest practice (a missing
tag, a house style that is older than `Annotated`) decided alone, as a gate does. What must not be missing is a gate.
"""

CREDIT_MET = Fraction(80, 100)
"""From this share of its subjects on a single credit reads as met. It decides nothing."""

OVERALL_SHARE = Fraction(3, 4)
"""Of the core dimensions must hold a level for the project to have it."""


class Compensation(Struct, frozen=True):
    """Another way to an overall level: fewer dimensions hold it, and enough of the whole rubric is shown."""

    dimensions: Fraction
    rubric: Fraction


COMPENSATION = {Level.INTERMEDIATE: Compensation(dimensions=Fraction(1, 3), rubric=Fraction(60, 100))}
"""What is shown beyond Intermediate makes up for open gates of Intermediate; for a never-event nothing does.

A gate asks that nothing is missing of one practice, and a large service has a slip in most dimensions: of the services
that experts rate 3.3 to 5 of 5, two in seventeen held three quarters of the dimensions, while all seventeen show 60 % of
the rubric, and of those rated below 3 one in 31 does. Both shares were chosen on random halves of the services and tried on
the others: never-events aside, 91 % of those services come out on the side of 3.3 on which the raters see them, and 84 %
without this rule.
"""

OVERALL_SLACK = 1
"""So many levels may any other core dimension lie below."""

NEVER_EVENT_CAP = Level.JUNIOR
"""The highest overall level while a never-event is not ruled out."""

ACCEPTED_AT_MOST = Fraction(10, 100)
"""Of a check's subjects, rounded down. Further acceptances count as waivers."""

EVIDENCE_NEEDED = Fraction(60, 100)
"""Below this the headline is "not assessed"."""

WANTED_RUNG = {Level.INTERMEDIATE: Rung.CONFIGURED, Level.SENIOR: Rung.EXERCISED, Level.STAFF: Rung.ENFORCED}
"""How well a practice must be shown to count at a level."""

RUNG_PROOF = {
    Rung.CONFIGURED: "configure it: a declared dependency alone proves nothing",
    Rung.EXERCISED: "let fastreview import the app: so far only the code says so",
    Rung.ENFORCED: "let CI fail without it: so far nothing enforces it",
}

GATE_WEIGHT = {Kind.GATE: 5, Kind.NEVER: 8}
"""Weight of a gate in the evidence and in banked work, where a credit weighs what it declares (1 to 5).

A gate decides its level alone, so it weighs as much as the heaviest credit; a never-event decides its dimension and
the project, so it weighs more than any other check, and leaving one undecided costs the most evidence.
"""

SHARE_CAP = Fraction(99, 100)
"""A level that is not held never looks finished, so that the index stays in its band."""

BANDS = {level: Fraction(level, Level.STAFF) for level in Level}
"""Where the index of a level begins, 0 to 1; a band ends where the next one begins."""
