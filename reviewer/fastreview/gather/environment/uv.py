"""Running uv, and what its refusals mean.

uv is run in a folder of ours and never in the project: a ``uv.toml`` or ``[tool.uv]`` there names indexes and commands
that are not the user's choice. Of the user's environment it gets what it needs to reach the user's package index.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

MAX_OUTPUT = 400_000
FREE_BYTES = 1_000_000_000
"""Less free space than this ends an installation."""

_PASSED = ("PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG")
_PASSED_STARTS = ("UV_", "SSL_", "XDG_", "NETRC", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Done(Struct, frozen=True):
    """The end of one run. ``stopped`` is "" or the sentence why it was ended early."""

    code: int
    output: str
    errors: str
    stopped: str = ""

    @property
    def ok(self) -> bool:
        return self.code == 0 and not self.stopped


class Uv:
    """The uv executable with a folder to run it in, and a deadline (a reading of the monotonic clock) for all runs."""

    def __init__(self, path: str, folder: Path, seconds: float, environ: Mapping[str, str] = os.environ) -> None:
        self.path = path
        self.folder = folder
        self.deadline = time.monotonic() + seconds
        self.environ = {
            name: value
            for name, value in environ.items()
            if name.upper() in _PASSED or name.upper().startswith(_PASSED_STARTS)
        } | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0"}
        for name in ("UV_PROJECT", "UV_WORKING_DIRECTORY", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON"):
            self.environ.pop(name, None)

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def run(self, *arguments: str, seconds: float) -> Done:
        """One run, ended as a group after ``seconds``, at the deadline, or when the disk is nearly full."""
        until = time.monotonic() + min(seconds, self.left)
        output, errors = self.folder / "uv.out", self.folder / "uv.err"
        with output.open("wb") as out, errors.open("wb") as err:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own dependency, or the user's
                    [self.path, *arguments],
                    cwd=self.folder,
                    env=self.environ,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except OSError as error:
                return Done(-1, "", "", f"uv cannot be run: {error.strerror or error}")
            stopped = ""
            try:
                while process.poll() is None and not stopped:
                    stopped = self._reason_to_stop(until)
                    if not stopped:
                        _wait(process)
            finally:
                if process.poll() is None:
                    _end(process)
        return Done(process.returncode, _read(output), _read(errors), stopped)

    def _reason_to_stop(self, until: float) -> str:
        if time.monotonic() > until:
            return "it took longer than the time there is for it"
        if shutil.disk_usage(self.folder).free < FREE_BYTES:
            return "the disk is nearly full"
        return ""


def find_uv(environ: Mapping[str, str] = os.environ) -> str:
    """The executable that our dependency brings, else the user's; "" without one."""
    try:
        from uv import find_uv_bin

        return os.fspath(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("uv", path=environ.get("PATH")) or ""


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        return


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        process.kill()
    process.wait()


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MAX_OUTPUT).decode("utf-8", "replace")


class Failure(Struct, frozen=True):
    """Why uv refused. ``kind`` is missing (a package the index does not have), absent (a version it does not have),
    source (no wheel), conflict, build, system (a build for which the machine lacks something), network, disk, time or
    other; ``name`` the package it is about, or ""."""

    kind: str
    reason: str
    name: str = ""

    @property
    def final(self) -> bool:
        """No other interpreter or version would help."""
        return self.kind in ("network", "disk", "time")


_NAME = r"`?([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]|[A-Za-z0-9])(?:\[[^\]]*\])?"
_MISSING = (
    re.compile(
        rf"(?:because|and) {_NAME} was not found in the (?:package registry|provided package locations)", re.IGNORECASE
    ),
    re.compile(rf"there (?:are|is) no versions? of {_NAME} and you require", re.IGNORECASE),
)
_ABSENT = re.compile(rf"there (?:are|is) no versions? of {_NAME}\s*[=<>!~]", re.IGNORECASE)
_ONLY = re.compile(rf"only {_NAME}\s*[=<>!~]\S* (?:is|are) available and you require", re.IGNORECASE)
_SOURCE = re.compile(
    rf"(?:all versions of {_NAME} have|{_NAME}(?:[=<>!~]\S*)? has) no (?:usable )?wheels", re.IGNORECASE
)
_ELSEWHERE = re.compile(rf"{_NAME}(?:[=<>!~]\S*)? has no source distribution", re.IGNORECASE)
_BUILD = re.compile(
    r"failed to (?:build|download and build|prepare distributions)\s*(?:`|:)?\s*`?([\w.-]+?)(?:==|`|\s|@)",
    re.IGNORECASE,
)
_OLD_PYTHON = re.compile(rf"{_NAME}(?:[=<>!~]\S*)? depends on python", re.IGNORECASE)

# What a build says when the machine lacks something that no package brings.
_LACKS = (
    (
        re.compile(
            r"command '?(?:\S*gcc|\S*g\+\+|cc|clang)'? failed: No such|Unable to find a compiler|compiler .{0,40} not found",
            re.IGNORECASE,
        ),
        "there is no C compiler",
    ),
    (
        re.compile(r"pg_config executable not found|pg_config is required|libpq-fe\.h", re.IGNORECASE),
        "it needs PostgreSQL's headers",
    ),
    (
        re.compile(r"mysql_config|Can not find valid pkg-config name|mysqlclient", re.IGNORECASE),
        "it needs MySQL's headers",
    ),
    (
        re.compile(
            r"(?:cargo|rustc|Rust compiler).{0,60}not (?:found|installed)|can't find Rust compiler", re.IGNORECASE
        ),
        "it needs a Rust compiler",
    ),
    (
        re.compile(r"fatal error: \S+\.h\S*: No such file|(?:cannot|could not) find .{0,40}header", re.IGNORECASE),
        "a header file of a system library is missing",
    ),
    (re.compile(r"cannot find -l\w+"), "a system library is missing"),
)
_FOR_OLDER_PYTHON = re.compile(r"No module named '?(?:distutils|pkg_resources|imp)\b|has no attribute 'ImpImporter'")


def failure(done: Done) -> Failure:
    """What the errors of a run mean, in one sentence without addresses."""
    # Markers stand between a package and its version: `psycopg-c{implementation_name != 'pypy'}==3.2`.
    text = re.sub(r"\{[^{}]*\}", "", " ".join(done.errors.split()))
    if "No space left on device" in text or "disk is nearly full" in done.stopped:
        return Failure("disk", "there is not enough disk space for the project's packages")
    if done.stopped:
        return Failure("time", f"uv was stopped: {done.stopped}")
    if re.search(
        r"Failed to fetch|error sending request|dns error|tcp connect error|network is unreachable", text, re.IGNORECASE
    ):
        return Failure("network", "the package index could not be reached")
    for pattern in _MISSING:
        if found := pattern.search(text):
            return Failure("missing", f"the package index does not have {found[1]}", found[1])
    if found := _ELSEWHERE.search(text):
        return Failure("missing", f"{found[1]} is not made for this platform", found[1])
    if found := _SOURCE.search(text):
        name = found[1] or found[2]
        return Failure("source", f"{name} has no wheel for this Python", name)
    if found := _ABSENT.search(text) or _ONLY.search(text):
        return Failure(
            "absent", f"the package index does not have the version of {found[1]} that is asked for", found[1]
        )
    if found := _BUILD.search(text):
        lacks = next((what for pattern, what in _LACKS if pattern.search(text)), "")
        old = ": it is written for an older Python" if _FOR_OLDER_PYTHON.search(text) and not lacks else ""
        reason = f"{found[1]} has to be built, and its build failed{f': {lacks}' if lacks else old}"
        return Failure("system" if lacks else "build", reason, found[1])
    if found := _OLD_PYTHON.search(text):
        return Failure("conflict", f"{found[1]} does not support this Python", found[1])
    if "No solution found" in text or "unsatisfiable" in text:
        return Failure("conflict", _conflict(text))
    return Failure("other", _plain(text) or "uv failed without a reason")


def _conflict(text: str) -> str:
    required = list(dict.fromkeys(re.findall(rf"you require {_NAME}\S*", text)))
    if len(required) > 1:
        return f"the versions asked for exclude one another: {', '.join(required[:4])}"
    return f"the versions asked for exclude one another: {_plain(text)}"


def _plain(text: str) -> str:
    text = re.sub(r"\b\w+://\S+", "an address", text)
    text = re.sub(r"(?:/[\w.@+-]+){2,}", "a file", text)
    text = re.sub(r"^error: ", "", text.partition("hint:")[0])
    return text.strip()[:300]
