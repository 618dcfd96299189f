"""The imported application: runs the probe in the project's interpreter, confined, and reads its answer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts.app import ProbeFacts
from fastreview.gather.environment import Interpreter
from fastreview.gather.scratch import copy_project, scratch_folder
from fastreview.gather.settings import examples, plausible

PROBE = Path(__file__).parent.parent / "probe" / "probe.py"
SANDBOX = Path(__file__).with_name("sandbox.py")
MAX_ANSWER_BYTES = 64_000_000
MAX_STDERR_BYTES = 20_000
SIGNALLED = 128
"""Exit statuses above this one are 128 and the number of the signal that ended the process."""

# Where the server is started, as far as the files beside the code tell: the folder that has one of these.
_STARTED_FROM = (
    "pyproject.toml",
    "requirements.txt",
    ".env",
    "alembic.ini",
    "Dockerfile",
    "Makefile",
    "setup.py",
    "Pipfile",
)


class Candidate(Struct, frozen=True):
    """An application to import: ``module:attribute``, from the import root ``root`` (relative to the reviewed root)."""

    target: str
    factory: bool = False
    root: str = "."


class Limits(Struct, frozen=True):
    """``seconds`` bound one import, ``total_seconds`` all attempts together; sizes are bytes."""

    seconds: float = 30.0
    total_seconds: float = 90.0
    memory: int = 4 << 30
    file_size: int = 256 << 20
    attempts: int = 6


class Need(Struct, frozen=True):
    """What a failed import was missing. ``kind`` is variable, maybe (asked for, perhaps needed) or folder."""

    kind: str
    name: str
    type: str = ""
    choices: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """What the probe writes; ``done`` is false while it still means to say more."""

    done: bool
    doing: str
    facts: ProbeFacts
    missing: tuple[Need, ...] = ()


def gather_app(
    root: Path,
    roots: tuple[str, ...],
    candidates: tuple[Candidate, ...],
    interpreter: Interpreter,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> ProbeFacts | str:
    """Import the candidates and describe what they are; a sentence when nothing could even be tried.

    ``root`` is only read. Never raises for the project's faults, and ends within ``limits.total_seconds`` and a little.
    """
    if not candidates:
        return "no FastAPI application was found to import"
    if not os.access(interpreter.path, os.X_OK):
        return f"the interpreter {interpreter.path} cannot be run"
    root = root.resolve()
    answers: list[ProbeFacts] = []
    deadline = time.monotonic() + limits.total_seconds
    try:
        with scratch_folder() as scratch:
            copy = scratch / "project" / (root.name or "project")
            copy_project(root, copy)
            for import_root, group in groupby(candidates, key=lambda candidate: candidate.root):
                ordered = tuple(dict.fromkeys((import_root, *roots)))
                trial = _Trial(root, copy, scratch, ordered, tuple(group), interpreter, limits, deadline)
                answers.append(_Attempts(trial).best())
    except OSError as error:
        return f"no scratch copy could be made: {error.strerror or error}"
    return _joined(answers)


def _joined(answers: list[ProbeFacts]) -> ProbeFacts:
    first, *others = answers
    for other in others:
        first = replace(
            first,
            apps=first.apps + other.apps,
            import_seconds=first.import_seconds + other.import_seconds,
            warnings=tuple(dict.fromkeys(first.warnings + other.warnings)),
            side_effects=tuple(dict.fromkeys(first.side_effects + other.side_effects)),
            assumptions=tuple(dict.fromkeys(first.assumptions + other.assumptions)),
            error=first.error or other.error,
            error_place=first.error_place or other.error_place,
        )
    return first


class _Trial(Struct, frozen=True):
    """What is imported, where and with what; ``deadline`` is a reading of the monotonic clock."""

    root: Path
    copy: Path
    scratch: Path
    roots: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    interpreter: Interpreter
    limits: Limits
    deadline: float


class _Attempts:
    """Repeated imports of the same candidates, each with what the one before was missing."""

    def __init__(self, trial: _Trial) -> None:
        self.trial = trial
        self.import_roots = [_in_copy(trial.copy, trial.root, relative) for relative in trial.roots]
        self.folders = _working_folders(trial.copy, self.import_roots[0])
        self.examples = examples([*self.folders, trial.copy])
        self.environment: dict[str, str] = {}
        self.assumptions: dict[str, str] = {}
        self.tried: set[tuple[str, str]] = set()

    def best(self) -> ProbeFacts:
        facts = ProbeFacts(interpreter=self.trial.interpreter.path, python="", error="there was no time left to import")
        for number in range(self.trial.limits.attempts):
            seconds = min(self.trial.limits.seconds, self.trial.deadline - time.monotonic())
            if number and seconds < 1:
                break
            answer = self.attempt(max(seconds, 1.0))
            facts = answer.facts
            if facts.apps or not self.learn(answer):
                break
        return replace(facts, assumptions=tuple(self.assumptions.values()))

    def learn(self, answer: Answer) -> bool:
        """Supply what was missing; False when there is nothing new to try."""
        certain = [need for need in answer.missing if need.kind != "maybe"]
        progress = [self.supply(need, answer) for need in certain]
        if not any(progress) and answer.facts.error:
            progress = [self.use_whole_example()]
        if not any(progress):
            progress = [self.supply(need, answer) for need in answer.missing if need.kind == "maybe"]
        if not any(progress) and len(self.folders) > 1 and "No such file or directory" in answer.facts.error:
            self.folders = self.folders[1:]
            below = os.path.relpath(self.folders[0], self.trial.copy)
            self.assumptions["folder"] = f"started in the folder {below}, because a file was not found"
            return True
        return any(progress)

    def supply(self, need: Need, answer: Answer) -> bool:
        if need.kind == "folder":
            return self.make_folder(need.name)
        if not need.name or "=" in need.name or "\0" in need.name:
            return False
        invented = plausible(need.name, need.type, need.choices, answer.facts.packages)
        example = self.examples.get(need.name)
        for value, origin in ((example, "from an example file"), (invented, "invented")):
            # A value that did not help is not given again; after an example comes an invented one.
            if value is None or (need.name, value) in self.tried:
                continue
            if need.kind == "maybe" and need.name in self.environment:
                return False
            self.tried.add((need.name, value))
            self.environment[need.name] = value
            self.assumptions[need.name] = f"{need.name} was given a value ({origin})"
            return True
        return False

    def use_whole_example(self) -> bool:
        """What its author expects of everybody: the example file, copied to where it is read."""
        unused = {name: value for name, value in self.examples.items() if name not in self.environment}
        self.environment |= unused
        self.tried |= set(unused.items())
        for name in unused:
            self.assumptions[name] = f"{name} was given a value (from an example file)"
        return bool(unused)

    def make_folder(self, name: str) -> bool:
        folder = Path(os.path.normpath(self.folders[0] / name))
        if not folder.is_relative_to(self.trial.copy) or folder.exists():
            return False
        try:
            folder.mkdir(parents=True)
        except OSError:
            return False
        shown = folder.relative_to(self.trial.copy).as_posix()
        self.assumptions[f"folder {shown}"] = f"the folder {shown} was made in the scratch copy"
        return True

    def attempt(self, seconds: float) -> Answer:
        """One run of the probe, bounded by ``seconds``."""
        for name in ("home", "tmp"):
            (self.trial.scratch / name).mkdir(exist_ok=True)
        answer, report = self.trial.scratch / "answer.json", self.trial.scratch / "sandbox.json"
        for path in (answer, report):
            path.unlink(missing_ok=True)
        request = {
            "project": str(self.trial.copy),
            "originals": [str(self.trial.root)],
            "scratch": str(self.trial.scratch),
            "import_roots": [str(folder) for folder in self.import_roots],
            "cwd": str(self.folders[0]),
            "candidates": [{"target": item.target, "factory": item.factory} for item in self.trial.candidates],
            "answer": str(answer),
            "seconds": seconds,
        }
        spec = {
            "argv": [self.trial.interpreter.path, "-B", "-s", str(PROBE), str(self.trial.scratch / "request.json")],
            "scratch": str(self.trial.scratch),
            "memory": self.trial.limits.memory,
            "cpu_seconds": int(seconds) + 5,
            "file_size": self.trial.limits.file_size,
            "report": str(report),
        }
        (self.trial.scratch / "request.json").write_text(json.dumps(request), "utf-8")
        (self.trial.scratch / "spec.json").write_text(json.dumps(spec), "utf-8")
        code, stderr = self.run(seconds + 3)
        return self.read(answer, report, code, stderr)

    def run(self, seconds: float) -> tuple[int | None, str]:
        """The exit status (None when it had to be killed) and the end of standard error."""
        stderr = self.trial.scratch / "stderr"
        # Our own interpreter confines itself first: the project's is not trusted from its first instruction on.
        command = [sys.executable, "-I", "-S", "-B", str(SANDBOX), str(self.trial.scratch / "spec.json")]
        code: int | None = None
        with stderr.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and files of our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=self.trial.scratch,
                env=self.scrubbed(),
                start_new_session=True,
            )
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _end(process, self.trial.scratch)
        with stderr.open("rb") as text:
            text.seek(max(0, stderr.stat().st_size - MAX_STDERR_BYTES))
            return code, text.read().decode("utf-8", "replace")

    def scrubbed(self) -> dict[str, str]:
        """Nothing of the user's environment but the search path, plus the settings that were supplied."""
        own = {
            "PATH": os.pathsep.join((os.path.dirname(self.trial.interpreter.path), os.environ.get("PATH", os.defpath))),
            "HOME": str(self.trial.scratch / "home"),
            "TMPDIR": str(self.trial.scratch / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONHASHSEED": "0",
            # Libraries that start a thread per core take address space for each.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            # GitPython asks for git at its import, and fails without; it is not started here.
            "GIT_PYTHON_REFRESH": "quiet",
        }
        return self.environment | own

    def read(self, answer: Path, report: Path, code: int | None, stderr: str) -> Answer:
        isolation = _isolation(report)
        try:
            if answer.stat().st_size > MAX_ANSWER_BYTES:
                raise ValueError("too large")
            text = answer.read_bytes()
            for path, shown in (
                (f"{self.trial.copy}/", ""),
                (str(self.trial.copy), "."),
                (str(self.trial.scratch), "<scratch>"),
            ):
                text = text.replace(json.dumps(path)[1:-1].encode(), shown.encode())
            found = msgspec.json.decode(text, type=Answer)
        except FileNotFoundError:
            return self.without_answer(
                f"The project's interpreter ended without an answer{_why(code, stderr)}", isolation
            )
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            return self.without_answer("The answer about the imported app was not readable", isolation)
        facts = replace(found.facts, isolation=isolation)
        if not found.done:
            reason = f"{found.doing} ended the process{_why(code, stderr)}"
            if code is None:
                reason = f"{found.doing} did not finish in time and was stopped"
            facts = replace(facts, error=reason)
        return Answer(found.done, found.doing, facts, found.missing)

    def without_answer(self, error: str, isolation: tuple[str, ...]) -> Answer:
        facts = ProbeFacts(interpreter=self.trial.interpreter.path, python="", error=error, isolation=isolation)
        return Answer(done=True, doing="", facts=facts)


def _in_copy(copy: Path, root: Path, relative: str) -> Path:
    """An import root in the copy; one outside the copied tree (a sibling package of a monorepo) stays where it is."""
    moved = Path(os.path.normpath(copy / relative))
    if moved.is_relative_to(copy.parent):
        return moved
    return Path(os.path.normpath(root / relative))


def _working_folders(copy: Path, import_root: Path) -> list[Path]:
    """Folders to start in, likeliest first: the nearest with project files, the import root, the reviewed root."""
    found: list[Path] = []
    for folder in (import_root, *import_root.parents):
        if not folder.is_relative_to(copy):
            break
        if any((folder / name).exists() for name in _STARTED_FROM):
            found.append(folder)
            break
    return list(dict.fromkeys([*found, import_root, copy]))


def _isolation(report: Path) -> tuple[str, ...]:
    try:
        held = msgspec.json.decode(report.read_bytes(), type=tuple[str, ...])
    except (OSError, msgspec.MsgspecError):
        held = ()
    return (*held, "audit hook")


def _why(code: int | None, stderr: str) -> str:
    if code is None:
        return " and was stopped when its time was up"
    last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "")
    shown = "".join(char for char in last if char.isprintable())[:200]
    number = -code if code < 0 else code - SIGNALLED
    try:
        how = f"signal {signal.Signals(number).name}" if code < 0 or code > SIGNALLED else f"exit status {code}"
    except ValueError:
        how = f"exit status {code}"
    return f" ({how}: {shown})" if shown else f" ({how})"


def _end(process: subprocess.Popen[bytes], scratch: Path) -> None:
    """Kill the whole group, and whatever left it: stragglers still carry the scratch folder in their environment."""
    _kill_group(process.pid)
    process.wait()
    for pid in _stragglers(f"HOME={scratch}/".encode()):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        return


def _stragglers(mark: bytes) -> Iterable[int]:
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return
    for name in names:
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if mark in file.read(200_000):
                    yield int(name)
        except OSError:
            continue
