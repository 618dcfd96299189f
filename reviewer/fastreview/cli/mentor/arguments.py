"""Arguments that the commands of a session share, and the words for dates and dimensions."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from fastreview.errors import UsageError
from fastreview.mentor.records import ESTIMATES, Estimate

SessionName = Annotated[
    str, typer.Option("--session", metavar="NAME", help="Which session.", show_default="the latest")
]
Today = Annotated[str, typer.Option("--on", metavar="DATE", help="The day, as 2026-11-22.", show_default="today")]
Rate = Annotated[
    list[str],
    typer.Option(
        metavar="DIMENSION=LEVEL",
        help="The mentee's estimate of the code, before the result: junior, intermediate, senior, staff or unsure. "
        "Repeatable.",
    ),
]
Text = Annotated[str, typer.Option("--text", metavar="MARKDOWN", help='What to say. "-" reads standard input.')]
File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="A file with what to say.", show_default=False)
]


def day(text: str, option: str) -> datetime.date:
    """Today where nothing is given.

    Raises:
        UsageError: for what is no date.
    """
    if not text:
        return datetime.datetime.now(tz=datetime.UTC).astimezone().date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is no date. Write {option} 2027-01-31.') from None


def rated(given: list[str], dimensions: tuple[str, ...]) -> dict[str, Estimate]:
    """``--rate async=senior,data=unsure`` as a mapping.

    Raises:
        UsageError: for a dimension or level that there is not.
    """
    found: dict[str, Estimate] = {}
    for part in (part.strip() for text in given for part in text.split(",")):
        name, _, level = (word.strip().lower() for word in part.partition("="))
        if name not in dimensions:
            raise UsageError(f'There is no dimension "{name}": {", ".join(dimensions)}. Write --rate async=senior.')
        found[name] = estimate(level)
    return found


def estimate(level: str) -> Estimate:
    for known in ESTIMATES:
        if level.strip().lower() == known:
            return known
    raise UsageError(f'There is no level "{level}": {", ".join(ESTIMATES)}.')
