"""Where exact fractions and untrusted text become what is shown. Nothing is rounded before it gets here."""

from fractions import Fraction
from math import ceil, floor


def rounded_down(value: Fraction) -> float:
    """To four places, so that 0.79999 never reads 0.8, the share that would hold the level."""
    return floor(value * 10_000) / 10_000


def index_of(position: Fraction) -> float:
    """0 to 1 as 0 to 100 with one decimal; upwards, because a band begins at 33.33 and 33.3 would lie below it."""
    return ceil(position * 1000) / 10


def decimal(value: Fraction) -> str:
    """At most four places, no trailing zeros."""
    return f"{rounded_down(value):.4f}".rstrip("0").rstrip(".")


def percent(value: Fraction) -> str:
    return f"{decimal(Fraction(floor(value * 1000), 10))} %"


def one_line(text: str, limit: int = 200) -> str:
    """One line of printable text; control and direction characters would let a name rewrite what stands around it."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."


def listed(names: tuple[str, ...], limit: int = 6) -> str:
    """``a, b and c``, or ``a, b and 7 more``."""
    shown = names if len(names) <= limit else (*names[: limit - 1], f"{len(names) - limit + 1} more")
    return shown[0] if len(shown) == 1 else " and ".join((", ".join(shown[:-1]), shown[-1])) if shown else ""
