"""The words that the document uses on its scales."""

from typing import Literal

LevelName = Literal["junior", "intermediate", "senior", "staff"]
State = Literal["met", "not-met", "unknown", "not-applicable", "off", "crashed"]
Kind = Literal["gate", "credit", "never"]
Severity = Literal["blocker", "major", "minor", "info"]
Confidence = Literal["certain", "likely", "possible"]
Status = Literal["open", "waived", "accepted"]
Age = Literal["new", "known", ""]
Effort = Literal["minutes", "hours", "days"]
RungName = Literal["declared", "configured", "exercised", "enforced"]

LEVELS: tuple[LevelName, ...] = ("junior", "intermediate", "senior", "staff")
