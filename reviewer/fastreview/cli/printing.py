"""Words on standard error: bounded, nothing that could steer the terminal, progress only where someone watches."""

import os
import sys

LIMIT = 1_000


def printable(text: str) -> str:
    """One line of ``text`` with controls, escapes and lone surrogates written out."""
    line = " ".join(text.split("\n")) if "\n" in text else text
    if not line.isprintable():
        line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
    return line if len(line) <= LIMIT else f"{line[: LIMIT - 1]}…"


def complain(text: str) -> None:
    say(f"fastreview: {text}")


def say(text: str) -> None:
    """Prints a line on standard error, in whatever it can show."""
    encoding = sys.stderr.encoding or "utf-8"
    print(printable(text).encode(encoding, "replace").decode(encoding), file=sys.stderr)  # noqa: T201


def leave_closed_output() -> None:
    """`fastreview | head`: the reader has what it wanted. Python would complain again when it closes standard output."""
    device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(device, sys.stdout.fileno())
    os.close(device)


class Progress:
    """A line that says what is being done, rewritten in place; silent unless standard error is a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._on = not quiet and sys.stderr.isatty()
        self._shown = -1

    def step(self, text: str) -> None:
        if self._on:
            sys.stderr.write(f"\r\x1b[K{printable(text)}")
            sys.stderr.flush()

    def files(self, done: int, total: int) -> None:
        percent = 100 * done // max(1, total)
        if percent != self._shown:
            self._shown = percent
            self.step(f"Reading {done} of {total} Python files")

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
