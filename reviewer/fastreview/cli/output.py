"""Where reports go: which format a file name asks for, and writing it. Formats are found by entry point."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from msgspec import Struct

from fastreview.cli.printing import complain, leave_closed_output
from fastreview.errors import FastreviewError, UsageError
from fastreview.review import History, Review, Trace

if TYPE_CHECKING:
    from fastreview.compare import Comparison
    from fastreview.mentor.document import Report
    from fastreview.spec import Spec

ENTRY_POINTS = "fastreview.reports"
STANDARD_OUTPUT = "-"


class Format(Protocol):
    """What a report package lists in ``FORMATS``. ``text`` says that the bytes are UTF-8 text."""

    @property
    def name(self) -> str: ...
    @property
    def suffixes(self) -> tuple[str, ...]: ...
    @property
    def render(self) -> Callable[[Review], bytes]: ...
    @property
    def text(self) -> bool: ...


class Target(Struct, frozen=True):
    """One report to write; ``file`` is None for standard output."""

    format: Format
    file: Path | None


def targets(outputs: Sequence[str], format_name: str) -> tuple[Target, ...]:
    """The reports that were asked for. Nothing was done yet, so a mistake costs nothing.

    Raises:
        UsageError: for an unknown format or suffix, a folder that is not there, or a binary format for the terminal.
    """
    found = [Target(_by_suffix(output), Path(output)) for output in outputs if output != STANDARD_OUTPUT]
    for target in found:
        refuse_folder(target.file)
    if format_name or STANDARD_OUTPUT in outputs or not outputs:
        chosen = _by_name(format_name or "terminal")
        if not chosen.text and sys.stdout.isatty():
            raise UsageError(
                f"A terminal cannot show {chosen.name}. Write it to a file with -o report{chosen.suffixes[0]}."
            )
        found.append(Target(chosen, None))
    return tuple(found)


def refuse_folder(file: Path | None) -> None:
    """Raises UsageError when ``file`` is a folder, or its folder is not there."""
    if file and file.is_dir():
        raise UsageError(f"{file} is a folder. Name a file in it.")
    if file and not file.parent.is_dir():
        raise UsageError(f"There is no folder {file.parent} to write {file.name} into.")


def write(review: Review, wanted: Sequence[Target], *, colour: bool | None) -> tuple[Target, ...]:
    """Writes every report that can be written, and returns them; says which cannot."""
    return tuple(target for target in wanted if _write(review, target, colour=colour))


def _write(review: Review, target: Target, *, colour: bool | None) -> bool:
    try:
        if target.file is None:
            _print(review, target.format, colour=colour)
        else:
            replace(target.file, target.format.render(review))
    except BrokenPipeError:
        # The gate and its exit code are not lost with the reader.
        if target.file is None:
            leave_closed_output()
    except OSError as error:
        complain(f"{target.file or 'Standard output'} cannot be written: {error.strerror or error}.")
        return False
    except FastreviewError as error:
        complain(str(error))
        return False
    except Exception as error:  # noqa: BLE001 - whatever a renderer's bug raises, the other reports are written
        complain(f"The {target.format.name} report failed ({type(error).__name__}: {error}).")
        return False
    return True


def _print(review: Review, chosen: Format, *, colour: bool | None) -> None:
    if chosen.name == "terminal":
        _to_terminal()(review, sys.stdout, colour=colour)
        sys.stdout.flush()
        return
    sys.stdout.buffer.write(chosen.render(review))
    sys.stdout.buffer.flush()


def write_trace(trace: Trace, stream: TextIO, *, colour: bool | None) -> None:
    """Prints the way of a request, as the package that prints the terminal report does it."""
    _terminal_module().write_trace(trace, stream, colour=colour)


def write_plan(review: Review, stream: TextIO, *, colour: bool | None) -> None:
    """Prints the next steps and the learning path, in the same manner."""
    _terminal_module().write_plan(review, stream, colour=colour)


def write_history(history: History, stream: TextIO, *, colour: bool | None) -> None:
    """Prints the trend and what each change came from, in the same manner."""
    _terminal_module().write_history(history, stream, colour=colour)


def markdown_of_plan(review: Review) -> str:
    """The next steps and the learning path as Markdown."""
    package = next(name for name, formats in _packages() if any(entry.name == "markdown" for entry in formats))
    return str(import_module(f"{package}.learning").markdown(review))


def render_spec(spec: "Spec", format_name: str) -> bytes:
    """A project spec as "markdown" or "pdf", by the package that renders reviews in that format."""
    package = next(name for name, formats in _packages() if any(entry.name == format_name for entry in formats))
    return cast("bytes", import_module(f"{package}.project_spec").RENDER[format_name](spec))


def write_spec(spec: "Spec", stream: TextIO, *, colour: bool | None) -> None:
    """Prints a project spec, as the package that prints the terminal report does it."""
    _terminal_module().write_spec(spec, stream, colour=colour)


def render_comparison(comparison: "Comparison", format_name: str) -> bytes:
    """A comparison as "terminal", "markdown" or "html", by the package that renders reviews in that format."""
    package = next(name for name, formats in _packages() if any(entry.name == format_name for entry in formats))
    return cast("bytes", import_module(f"{package}.comparison").RENDER[format_name](comparison))


def mentor_format(suffix: str, named: str) -> "Callable[[Report], bytes]":
    """What renders the report of a mentoring session for that suffix.

    Raises:
        UsageError: for another one.
    """
    package = next(name for name, formats in _packages() if any(entry.name == "markdown" for entry in formats))
    known = cast("dict[str, Callable[[Report], bytes]]", import_module(f"{package}.mentor").FORMATS)
    if suffix not in known:
        raise UsageError(f'"{named}" does not end like the report of a session: {", ".join(known)}.')
    return known[suffix]


def comment_of(comparison: "Comparison", gates: Sequence[str]) -> bytes:
    """A comparison as the comment of a pull request; ``gates`` are verdicts."""
    package = next(name for name, formats in _packages() if any(entry.name == "markdown" for entry in formats))
    return cast("bytes", import_module(f"{package}.comparison").comment(comparison, gates))


class _ToTerminal(Protocol):
    def __call__(self, review: Review, stream: TextIO, *, colour: bool | None) -> None: ...


def _to_terminal() -> _ToTerminal:
    """The terminal report fits itself to the stream (width, encoding, colour): its module has ``write`` too."""
    return cast("_ToTerminal", _terminal_module().write)


def _terminal_module() -> ModuleType:
    package = next(name for name, formats in _packages() if any(entry.name == "terminal" for entry in formats))
    return import_module(f"{package}.terminal")


def replace(file: Path, data: bytes) -> None:
    """In one step, so that nobody reads half a report; in place where folder or file do not allow it."""
    if file.exists() and not file.is_file():  # /dev/stdout, a pipe
        file.write_bytes(data)
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}-")
    except OSError:
        file.write_bytes(data)
        return
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, file.stat().st_mode & 0o777 if file.exists() else 0o666 & ~_umask())
        os.replace(temporary, file.resolve())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _by_suffix(output: str) -> Format:
    fitting = [(len(s), f) for f in formats() for s in f.suffixes if output.lower().endswith(s)]
    if not fitting:
        raise UsageError(f'"{output}" does not end like a report: {", ".join(_suffixes())}.')
    return max(fitting, key=lambda pair: pair[0])[1]


def _suffixes() -> Iterator[str]:
    return (suffix for entry in formats() for suffix in entry.suffixes)


def _by_name(name: str) -> Format:
    for entry in formats():
        if entry.name == name:
            return entry
    raise UsageError(f'There is no format "{name}": {", ".join(entry.name for entry in formats())}.')


def formats() -> tuple[Format, ...]:
    return tuple(entry for _, formats in _packages() for entry in formats)


@cache
def _packages() -> tuple[tuple[str, tuple[Format, ...]], ...]:
    names = sorted({point.value for point in entry_points(group=ENTRY_POINTS)})
    return tuple((name, cast("tuple[Format, ...]", import_module(name).FORMATS)) for name in names)
