"""What check packs may import: nothing here does anything, and everything else may change without notice."""

from fastreview.check import (
    Check,
    Confidence,
    Effort,
    Found,
    Hit,
    Kind,
    Met,
    NotApplicable,
    Related,
    Rung,
    Severity,
    Unknown,
    check,
)
from fastreview.facts import Side
from fastreview.project import Place, Project, Subject

__all__ = [
    "Check",
    "Confidence",
    "Effort",
    "Found",
    "Hit",
    "Kind",
    "Met",
    "NotApplicable",
    "Place",
    "Project",
    "Related",
    "Rung",
    "Severity",
    "Side",
    "Subject",
    "Unknown",
    "check",
]
