"""Imports of the same candidates, each supplied with what the one before was missing, until one gets through."""

import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts.app import ProbeFacts, SideEffect
from fastreview.gather.answer import MAX_ASSUMPTIONS, MAX_EFFECTS, Answer, Need, read_answer
from fastreview.gather.confined import CONTROL, REPORT, WORK, Limits, confined, how
from fastreview.gather.environment import Interpreter
from fastreview.gather.settings import Example, examples, for_driver, hints, plausible
from fastreview.gather.supplies import make_folder, make_module, make_path, parenthesise, step_over

PROBE = Path(__file__).parent.parent / "probe" / "probe.py"
ASK_SECONDS = 5
STEPS_WITHIN_ONE = 8
STRETCH = 3.0
"""An import that is still at work when its time is up, on a machine that has other work too, gets as much more."""

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
_BEYOND_HELP = re.compile(
    r" raised (?:ModuleNotFoundError|ImportError|SyntaxError|NameError)\b|^Describing | did not finish "
)
"""No setting changes these: a package is not there, or not in the version that the code is for, or time was up."""
_NEWER = re.compile(
    r" raised NameError: name |\buuid7\b|No module named 'compression\b"
    r"| raised SyntaxError: multiple exception types must be"
)
"""How an older Python fails where annotations are evaluated late, modules have more names, or syntax is newer."""
_KIND_OF_DRIVER = re.compile(r"(?i)a?sync")
_FOLDER_NAME = re.compile(r"(?i)dir|path|folder|root|home|file|location")
_ELSEWHERE = "outside the scratch copy"
_LIBRARY = re.compile(r"^\s+lib(\S+?)(\.so\S*) \(", re.MULTILINE)


class Candidate(Struct, frozen=True):
    """An application to import: ``module:attribute``, from the import root ``root`` (relative to the reviewed root)."""

    target: str
    factory: bool = False
    root: str = "."


class Trial(Struct, frozen=True):
    """What is imported, where and with what; ``deadline`` is a reading of the monotonic clock."""

    root: Path
    copy: Path
    scratch: Path
    roots: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    interpreter: Interpreter
    limits: Limits
    deadline: float


class Attempts:
    """Repeated imports of the same candidates."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.import_roots = [_in_copy(trial.copy, trial.root, relative) for relative in trial.roots]
        self.folders = _working_folders(trial.copy, self.import_roots[0])
        packages = [self.import_roots[0] / one.target.split(".")[0] for one in trial.candidates if "." in one.target]
        self.examples = examples([*self.folders, trial.copy, *packages], trial.copy)
        self.hints = hints(trial.copy)
        self.libraries = _libraries()
        self.environment: dict[str, str] = {}
        self.assumptions: dict[str, str] = {
            f"package {name}": f"the package {name} is stood in for: it cannot be installed"
            for name in trial.interpreter.absent
        }
        self.tried: set[tuple[str, str]] = set()
        self.effects: dict[SideEffect, None] = {}
        self.newer = False
        """Whether the interpreter is to do what Python 3.14 would."""
        self.passed: Counter[str] = Counter()
        """How many failures passed each statement on their way up."""

    def best(self) -> ProbeFacts:
        """The facts of the attempt that got furthest."""
        best = ProbeFacts(interpreter=self.trial.interpreter.path, python="", error="there was no time left to import")
        for number in range(self.trial.limits.attempts):
            seconds = min(self.trial.limits.seconds, self.trial.deadline - time.monotonic())
            if number and seconds < 1:
                break
            answer = self.attempt(max(seconds, 1.0))
            assumptions = (*self.assumptions.values(), *answer.facts.assumptions)
            # A statement that is stepped over does nothing any more: what it did before is still to be said.
            self.effects |= dict.fromkeys(answer.facts.side_effects)
            facts = replace(
                answer.facts,
                assumptions=assumptions[:MAX_ASSUMPTIONS],
                side_effects=tuple(self.effects)[:MAX_EFFECTS],
            )
            if len(facts.apps) >= len(best.apps):
                best = facts
            if self.through(facts) or not self.learn(answer):
                break
        return best

    def through(self, facts: ProbeFacts) -> bool:
        """Whether the likeliest application was imported; a less likely one does not stand for it."""
        first = self.trial.candidates[0].target
        return any(app.target.removesuffix("()") == first for app in facts.apps) or not facts.error

    def learn(self, answer: Answer) -> bool:
        """Supply what was missing; False when there is nothing new to try."""
        if _NEWER.search(answer.facts.error) and self.as_newer(answer.facts.python):
            return True
        certain = [need for need in answer.missing if need.kind not in ("maybe", "step")]
        progress = [self.supply(need, answer) for need in certain]
        if any(progress):
            return True
        # What was to be written elsewhere may be told where, if the project asks.
        folders = [need for need in answer.missing if need.kind == "maybe" and _FOLDER_NAME.search(need.name)]
        if _ELSEWHERE in answer.facts.error and any([self.supply(need, answer) for need in folders]):  # noqa: C419 - all of them
            return True
        if any(self.step(place) for place in self.likely_steps(answer)):
            return True
        if _BEYOND_HELP.search(answer.facts.error):
            return False
        if answer.facts.error and self.use_whole_example():
            return True
        progress = [self.supply(need, answer) for need in answer.missing if need.kind == "maybe"]
        if any(progress):
            return True
        if len(self.folders) > 1 and "No such file or directory" in answer.facts.error:
            self.start_in(self.folders[1:])
            return True
        return False

    def as_newer(self, python: str) -> bool:
        """Import as Python 3.14 would, once; False for who is that new."""
        if self.newer or tuple(map(int, python.split(".")[:2])) >= (3, 14):
            return False
        self.newer = True
        changed = parenthesise(self.trial.copy)
        files = f"{changed} file{'s' if changed > 1 else ''}"
        also = f", and parentheses around exceptions that are caught together ({files})" if changed else ""
        self.assumptions["newer"] = (
            f"Python {python} was told to do what 3.14 does: annotations that name what follows are not evaluated, "
            f"uuid.uuid7 and compression are there{also}"
        )
        return True

    def supply(self, need: Need, answer: Answer) -> bool:
        match need.kind:
            case "folder":
                if make_folder(self.trial.copy, need.name):
                    self.assumptions[f"folder {need.name}"] = f"the folder {need.name} was made in the scratch copy"
                    return True
                return False
            case "module":
                if make_module(self.trial.copy, need.name):
                    self.assumptions[f"module {need.name}"] = f"the generated file {need.name} was made up"
                    return True
                return False
            case "path":
                return self.supply_path(need.name)
            case "database":
                return self.use_driver(need.type, answer)
            case "literal":
                return self.retype(need, answer)
            case _:
                return self.supply_variable(need, answer)

    def supply_variable(self, need: Need, answer: Answer) -> bool:
        if not need.name or "=" in need.name or "\0" in need.name:
            return False
        example, hint = self.examples.get(need.name), self.hints.get(need.name)
        invented = Example(plausible(need, answer.facts.packages), "")
        for one in (example, hint, invented):
            # A value that did not help is not given again; after an example comes an invented one.
            if one is None or (need.name, one.value) in self.tried:
                continue
            if need.kind == "maybe" and need.name in self.environment:
                return False
            self.give(need.name, one)
            return True
        return False

    def give(self, name: str, example: Example) -> None:
        self.tried.add((name, example.value))
        self.environment[name] = example.value
        origin = f"from {example.path}" if example.path else "invented"
        self.assumptions[name] = f"{name} was given a value ({origin})"

    def supply_path(self, below: str) -> bool:
        asked = self.trial.copy / below
        for number, folder in enumerate(self.folders[1:], 1):
            relative = os.path.relpath(asked, self.folders[0])
            if not relative.startswith("..") and (folder / relative).exists():
                self.start_in([*self.folders[number:], *self.folders[:number]])
                return True
        made = make_path(self.trial.copy, below)
        if made:
            self.assumptions[f"path {below}"] = made
        return bool(made)

    def start_in(self, folders: list[Path]) -> None:
        below = os.path.relpath(folders[0], self.trial.copy)
        # Each folder is started in once only: two that miss a file of the other's are not alternated for ever.
        self.folders = folders[: len(self.folders) - 1] or folders
        self.assumptions["folder"] = f"started in the folder {below}, because a file was not found"

    def use_driver(self, kind: str, answer: Answer) -> bool:
        """Addresses of databases among the values given, for a driver of this kind, "sync" or "async"."""
        changed = False
        for name, value in list(self.environment.items()):
            said = _KIND_OF_DRIVER.search(name)
            if said and said[0].lower() != kind:
                continue
            other = for_driver(value, kind, answer.facts.packages)
            if other and (name, other) not in self.tried:
                self.give(name, Example(other, ""))
                changed = True
        return changed

    def retype(self, need: Need, answer: Answer) -> bool:
        """Another value for the variables whose value could not be converted."""
        changed = False
        for name, value in list(self.environment.items()):
            if value == need.name:
                changed |= self.supply_variable(Need("variable", name, need.type), answer)
        return changed

    def likely_steps(self, answer: Answer) -> list[str]:
        """Innermost first; but what has called for a service too often is stepped over as a whole."""
        places = [need.name for need in answer.missing if need.kind == "step"]
        often = [place for place in places if self.passed[place] >= STEPS_WITHIN_ONE]
        self.passed.update(places)
        return often + places

    def step(self, place: str) -> bool:
        done = step_over(self.trial.copy, place)
        if done:
            self.assumptions[f"step {place}"] = done
        return bool(done)

    def use_whole_example(self) -> bool:
        """What its author expects of everybody: the example file, copied to where it is read."""
        unused = {name: example for name, example in self.examples.items() if name not in self.environment}
        for name, example in unused.items():
            self.give(name, example)
        return bool(unused)

    def attempt(self, seconds: float) -> Answer:
        """One run of the probe, bounded by ``seconds`` of its own work, or of waiting."""
        scratch = self.trial.scratch
        longest = max(seconds, min(seconds * STRETCH, self.trial.deadline - time.monotonic()))
        answer, request = scratch / WORK / "answer.json", scratch / CONTROL / "request.json"
        _remove(answer)
        text = {
            "project": str(self.trial.copy),
            "originals": [str(self.trial.root)],
            "scratch": str(scratch / WORK),
            "import_roots": [str(folder) for folder in self.import_roots],
            "cwd": str(self.folders[0]),
            "candidates": [{"target": item.target, "factory": item.factory} for item in self.trial.candidates],
            "answer": str(answer),
            "isolation": str(scratch / CONTROL / REPORT),
            "libraries": self.libraries,
            "newer": self.newer,
            "absent": self.trial.interpreter.absent,
            "seconds": seconds,
            "longest": longest,
        }
        request.write_text(json.dumps(text), "utf-8")
        argv = [self.trial.interpreter.path, "-B", "-s", str(PROBE), str(request)]
        ended = confined(argv, scratch, self.environment, (seconds, longest), self.trial.limits)
        try:
            found = read_answer(answer, self.trial.copy, scratch / WORK)
        except FileNotFoundError:
            return self.without_answer(
                f"The project's interpreter ended without an answer{how(ended)}", ended.isolation
            )
        except ValueError:
            return self.without_answer("The answer about the imported app was not readable", ended.isolation)
        facts = replace(found.facts, isolation=ended.isolation)
        if not found.done:
            reason = f"{found.doing} ended the process{how(ended)}"
            if ended.code is None and ended.stopped != "disk":
                reason = f"{found.doing} did not finish in time and was stopped"
            facts = replace(facts, error=reason)
        return Answer(found.done, found.doing, facts, found.missing)

    def without_answer(self, error: str, isolation: tuple[str, ...]) -> Answer:
        facts = ProbeFacts(interpreter=self.trial.interpreter.path, python="", error=error, isolation=isolation)
        return Answer(done=True, doing="", facts=facts)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _in_copy(copy: Path, root: Path, relative: str) -> Path:
    """An import root in the copy; one outside the copied tree (a sibling package of a monorepo) stays where it is."""
    moved = Path(os.path.normpath(copy / relative))
    if moved.is_relative_to(copy.parent) and moved.exists():
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


def _libraries() -> dict[str, str]:
    """Shared libraries of the system by name: in the sandbox no program can be started that would find them."""
    try:
        answer = subprocess.run(
            ["/sbin/ldconfig", "-p"],
            capture_output=True,
            timeout=ASK_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    found: dict[str, str] = {}
    for name, suffix in _LIBRARY.findall(answer.stdout.decode("utf-8", "replace")):
        found.setdefault(name, f"lib{name}{suffix}")
    return found


def joined(answers: Iterable[ProbeFacts]) -> ProbeFacts:
    """The facts of several groups of candidates as one; what was assumed in vain for one of them is left out."""
    found = list(answers)
    got_through = any(facts.apps for facts in found)
    first, *others = (replace(f, assumptions=()) if got_through and not f.apps else f for f in found)
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
