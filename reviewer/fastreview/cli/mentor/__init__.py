"""`fastreview mentor`: mentored reviews, one file per command. What it keeps stands in the project's ``.fastreview``."""

from collections.abc import Callable

from fastreview.cli.mentor.accept import accept
from fastreview.cli.mentor.agree import agree
from fastreview.cli.mentor.exercise import exercise
from fastreview.cli.mentor.note import note
from fastreview.cli.mentor.override import override
from fastreview.cli.mentor.report import report
from fastreview.cli.mentor.review import review
from fastreview.cli.mentor.start import start
from fastreview.cli.mentor.status import status

HELP = (
    "Review code as mentor and mentee: estimates, notes, goals, exercises, and what grew since. A session goes in the "
    "order of the commands: start, review, then note and agree while you talk, exercise, and report at the end."
)

mentor: dict[str, Callable[..., None]] = {
    "start": start,
    "review": review,
    "note": note,
    "override": override,
    "agree": agree,
    "accept": accept,
    "exercise": exercise,
    "report": report,
    "status": status,
}
"""In the order of a session."""
