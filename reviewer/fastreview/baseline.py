"""A baseline: the findings that are known, in a file that is kept with the code.

One finding a line, sorted, without line numbers and times: two branches that mend different things merge without a conflict,
and a finding that moved or was renamed is known again. A line holds the check, its fingerprint, the file, the subject and
digests of what a rename leaves, with tabs between them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from fastreview.compare import Identity, identities, matched
from fastreview.errors import UsageError
from fastreview.review import FindingEntry, Review

NAME = "fastreview-baseline.txt"
HEAD = (
    "# fastreview baseline 1: known findings, one a line, sorted. `fastreview baseline --update` drops what is fixed."
)
MAX_BYTES = 20_000_000
FIELDS = 7

_ESCAPED = {"%": "%25", "\t": "%09", "\n": "%0A", "\r": "%0D"}


class Against(Struct, frozen=True):
    """A review held against a baseline: ``ages`` of its findings in their order (what is set aside is not new), what of
    the baseline is ``fixed``, what may be but its check is not decided in this review, and what is still there, as it is called
    now."""

    ages: tuple[Literal["new", "known"], ...]
    fixed: tuple[Identity, ...]
    undecided: tuple[Identity, ...]
    still: tuple[Identity, ...]

    def new(self, findings: Sequence[FindingEntry]) -> tuple[FindingEntry, ...]:
        """Those of ``findings`` that are open and not known."""
        return tuple(f for f, age in zip(findings, self.ages, strict=True) if age == "new")


def against(review: Review, known: Sequence[Identity]) -> Against:
    """Holds a review against a baseline."""
    found = identities(review.findings)
    pairs = matched(known, found)
    decided = {o.check for o in review.outcomes if o.state in ("met", "not-met", "not-applicable")}
    seen = set(pairs.values())
    gone = [one for index, one in enumerate(known) if index not in seen]
    return Against(
        tuple("known" if i in pairs or f.status != "open" else "new" for i, f in enumerate(review.findings)),
        tuple(one for one in gone if one.check in decided),
        tuple(one for one in gone if one.check not in decided),
        tuple(found[index] for index in pairs if review.findings[index].status == "open"),
    )


def of(review: Review) -> tuple[Identity, ...]:
    """What a new baseline of the review holds: everything that is open."""
    return identities(finding for finding in review.findings if finding.status == "open")


def written(known: Iterable[Identity]) -> bytes:
    """The file's content: UTF-8, sorted as text, no line twice."""
    return "\n".join((HEAD, *sorted({_line(one) for one in known}), "")).encode("utf-8", "surrogateescape")


def read(file: Path) -> tuple[Identity, ...]:
    """The findings in a baseline.

    Raises:
        UsageError: when it cannot be read, or a line is none of a baseline.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        how = f" Write it with `fastreview baseline -o {file}`." if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"The baseline {file} cannot be read: {error.strerror or error}.{how}") from error
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(data) > MAX_BYTES or not lines[0].startswith("# fastreview baseline 1"):
        raise UsageError(f"{file} is no baseline: its first line does not say so. `fastreview baseline` writes one.")
    found = dict.fromkeys(_read(line.rstrip("\r"), file, number) for number, line in enumerate(lines[1:], 2) if line)
    return tuple(one for one in found if one is not None)


def _read(line: str, file: Path, number: int) -> Identity | None:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise UsageError(f"{file}:{number}: a merge was not finished. Keep the lines of both sides, in any order.")
    if not line or line.startswith("#"):
        return None
    parts = [_plain(part) for part in line.split("\t")]
    if len(parts) != FIELDS:
        raise UsageError(
            f"{file}:{number}: this is no line of a baseline. `fastreview baseline --renew` writes it anew."
        )
    check, path, subject, fingerprint, text, after, shape = parts
    return Identity(check, fingerprint, path, subject, text.strip("-"), after.strip("-"), shape.strip("-"))


def _line(one: Identity) -> str:
    digests = (one.text or "-", one.after or "-", one.shape or "-")
    return "\t".join(_escaped(part) for part in (one.check, one.path, one.subject, one.fingerprint, *digests))


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in text)


def _plain(text: str) -> str:
    for character, escape in reversed(_ESCAPED.items()):
        text = text.replace(escape, character)
    return text
