"""What a check is made of.

A check is one file in a pack: a module docstring that is its page, then one generator under `@check`. It is called once
for each subject of the kind it asks for, and yields a `Hit` for what is wrong, a `Met` for good practice worth showing,
or nothing; it raises `NotApplicable` or `Unknown` where neither can be said.

    @check("TYP003", dimension="typing", level=1, gate=True, needs=(Side.FILES,), effort="hours")
    def no_type_checker(project: Project) -> Iterator[Hit | Met]: ...
"""

from collections.abc import Callable, Iterator
from enum import Enum, IntEnum, StrEnum
from typing import Literal, Protocol, TypeVar, overload

from msgspec import Struct

from fastreview.errors import BrokenPack
from fastreview.facts import Side
from fastreview.project import Place, Project, Subject


class Rung(IntEnum):
    """How well a practice is shown. A declared dependency proves nothing by itself."""

    DECLARED = 0
    CONFIGURED = 1
    EXERCISED = 2
    ENFORCED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Severity(StrEnum):
    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


class Confidence(StrEnum):
    """``certain``: both sides agree or the proof is complete. ``possible`` findings are folded and never move a level."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Related(Struct, frozen=True):
    """A further place of a hit: the step of a call chain, the other end of a cycle."""

    place: Place
    message: str


class Hit(Struct, frozen=True):
    """Something is wrong at ``place``. ``message``: what is so, why it matters here, what to do; two sentences at most.

    ``symbol`` tells apart several hits of one subject without line numbers (``requests.get``); it goes into the fingerprint.
    """

    place: Place
    message: str
    symbol: str = ""
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.LIKELY
    severity: Severity | None = None
    fix: Literal["", "safe", "unsafe"] = ""
    others: tuple[Place, ...] = ()
    """Further places that it stands for. It is set aside only where all of them are."""


class Met(Struct, frozen=True):
    """Good practice, shown at ``place`` as a strength. ``rung`` matters for practices that can be installed but unused;
    a property of the code itself (a thin endpoint) has none: the code proves it."""

    place: Place
    message: str
    rung: Rung | None = None


class NotApplicable(Exception):
    """Raised by a check with the predicate that proves that it has no bearing on this subject."""


class Unknown(Exception):
    """Raised by a check with what is missing: "the app was not imported"."""


class Kind(Enum):
    GATE = "gate"
    CREDIT = "credit"
    NEVER = "never"

    @property
    def word(self) -> str:
        """As people read it."""
        return "never-event" if self is Kind.NEVER else self.value


Effort = Literal["minutes", "hours", "days"]
Found = Iterator[Hit | Met]


Evaluate = Callable[[Subject, Project], Found]
"""A check's function as the engine calls it; the subject is of the class in `Check.each`."""


class Check(Struct, frozen=True):
    """A check without its page. ``weight`` is 0 for gates. ``tolerance`` is the share of subjects that may fail a gate
    and ``cap`` their largest number; both come from the pack's table of thresholds."""

    code: str
    slug: str
    dimension: str
    level: int
    kind: Kind
    weight: int
    each: type[Subject]
    needs: tuple[Side, ...]
    effort: Effort
    severity: Severity
    evaluate: Evaluate
    module: str
    tolerance: float = 0.0
    cap: int = 0
    sharpens: str = ""
    """The code of a check of a lower level that asks the same with more patience, or ""."""
    per_file: bool = False
    """Told once for each file: for matters of style, of which a project has one or many."""
    veiled: bool = False
    """What it finds are secrets: no report repeats the values in their lines."""


S = TypeVar("S", bound=Subject)


class _Declaration(Protocol):
    """`check` without ``each`` declares a check of the project as a whole; its function takes the project alone."""

    @overload
    def __call__(
        self,
        code: str,
        *,
        dimension: str,
        level: int,
        gate: bool = ...,
        never: bool = ...,
        credit: int = ...,
        needs: tuple[Side, ...] = ...,
        effort: Effort = ...,
        severity: Severity | None = ...,
        sharpens: str = ...,
        per_file: bool = ...,
        veiled: bool = ...,
    ) -> Callable[[Callable[[Project], Found]], Check]: ...

    @overload
    def __call__(
        self,
        code: str,
        *,
        dimension: str,
        level: int,
        each: type[S],
        gate: bool = ...,
        never: bool = ...,
        credit: int = ...,
        needs: tuple[Side, ...] = ...,
        effort: Effort = ...,
        severity: Severity | None = ...,
        sharpens: str = ...,
        per_file: bool = ...,
        veiled: bool = ...,
    ) -> Callable[[Callable[[S, Project], Found]], Check]: ...


def _check(
    code: str,
    *,
    dimension: str,
    level: int,
    each: type[Subject] | None = None,
    gate: bool = False,
    never: bool = False,
    credit: int = 0,
    needs: tuple[Side, ...] = (),
    effort: Effort = "hours",
    severity: Severity | None = None,
    sharpens: str = "",
    per_file: bool = False,
    veiled: bool = False,
) -> Callable[[Callable[..., Found]], Check]:
    if (gate, never, credit > 0).count(True) != 1:
        raise BrokenPack(f"{code} must be exactly one of gate, never and credit.")
    kind = Kind.NEVER if never else Kind.GATE if gate else Kind.CREDIT

    def declare(function: Callable[..., Found]) -> Check:
        evaluate: Evaluate = function if each else lambda _, project: function(project)
        return Check(
            code,
            function.__name__.replace("_", "-"),
            dimension,
            level,
            kind,
            credit,
            each or Project,
            needs,
            effort,
            severity or _severity(kind, level),
            evaluate,
            function.__module__,
            sharpens=sharpens,
            per_file=per_file,
            veiled=veiled,
        )

    return declare


check: _Declaration = _check


def _severity(kind: Kind, level: int) -> Severity:
    """What a failure means unless the check says otherwise: never-events block, gates are major, credits minor."""
    match kind:
        case Kind.NEVER:
            return Severity.BLOCKER
        case Kind.GATE:
            return Severity.MAJOR if level <= 2 else Severity.MINOR
        case Kind.CREDIT:
            return Severity.MINOR if level <= 2 else Severity.INFO
