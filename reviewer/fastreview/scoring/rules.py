"""Every number and rule of the scoring model, as data. They are judgement until calibrated against rated services."""

from fractions import Fraction

from fastreview.check import Kind, Rung
from fastreview.outcome import Level

MODEL = "2"
"""Version of the model: two reviews scored by different models are not joined in one trend."""

CORE = ("core", "architecture", "async", "typing", "data", "security", "testing", "production")
"""The dimensions that decide the level, in the order in which they are shown."""

PROFILE_ONLY = ("extension",)
"""Shown in the profile. These and dimensions that only a third-party pack knows never decide anything."""

SHARE_TO_HOLD = Fraction(80, 100)
"""Of the credits of a level, by weight. A single credit counts as met from the same share of its subjects."""

OVERALL_SHARE = Fraction(3, 4)
"""Of the core dimensions must hold a level for the project to have it."""

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
