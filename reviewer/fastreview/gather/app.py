"""The imported application: runs the probe in the project's interpreter, confined, and reads its answer."""

import os
import re
import time
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts.app import ProbeFacts
from fastreview.gather.attempts import Attempts, Candidate, Trial, joined
from fastreview.gather.confined import CONTROL, WORK, Limits
from fastreview.gather.environment import Interpreter
from fastreview.gather.scratch import copy_project, scratch_folder, write_missing

__all__ = ["Candidate", "Limits", "Supplied", "assumed", "gather_app", "held"]

FURTHER_ATTEMPTS = 2
SHOWN_NAMES = 8
# What the sentences of `ProbeFacts.assumptions` are about: the name in each, and what they are called when counted.
_KINDS = (
    (re.compile(r"^(\S+) was given a value \(invented\)$"), "invented setting", "invented settings"),
    (re.compile(r"^(\S+) was given a value \("), "setting from an example file", "settings from example files"),
    (re.compile(r"^the (?:generated )?(?:file|folder) (\S+) was "), "path made up", "paths made up"),
    (re.compile(r"^the statement at (\S+) "), "statement stepped over", "statements stepped over"),
    (re.compile(r"^the package (\S+) is stood in for"), "package stood in for", "packages stood in for"),
    (re.compile(r"^(\S+) was called with "), "argument made up", "arguments made up"),
    (re.compile(r"^(?:started in the folder )?([^,]*)"), "other assumption", "other assumptions"),
)


class Supplied(Struct):
    """What an import was given to get through: variables, and "path ...", "folder ..." that were made up."""

    variables: dict[str, str] = {}
    made: list[str] = []


def gather_app(
    root: Path,
    roots: tuple[str, ...],
    candidates: tuple[Candidate, ...],
    interpreter: Interpreter,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    supplied: Supplied | None = None,
) -> ProbeFacts | str:
    """Import the candidates and describe what they are; a sentence when nothing could even be tried.

    ``supplied`` is told what they were given.
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
            (scratch / CONTROL).mkdir()
            copy = scratch / WORK / "project" / (root.name or "project")
            copy_project(root, copy)
            write_missing(copy, interpreter.supplied)
            for import_root in dict.fromkeys(candidate.root for candidate in candidates):
                group = tuple(candidate for candidate in candidates if candidate.root == import_root)
                ordered = tuple(dict.fromkeys((import_root, *roots)))
                trial = Trial(root, copy, scratch, ordered, group, interpreter, limits, deadline)
                if any(answer.apps for answer in answers):
                    # The likeliest is there: less likely ones are not worth many more imports.
                    trial = replace(trial, limits=replace(limits, attempts=FURTHER_ATTEMPTS))
                attempts = Attempts(trial)
                answers.append(attempts.best())
                if supplied is not None:
                    supplied.variables |= attempts.environment
                    supplied.made += [name for name in attempts.assumptions if name not in attempts.environment]
    except OSError as error:
        return f"no scratch copy could be made: {error.strerror or error}"
    return joined(answers)


def assumed(probe: ProbeFacts) -> str:
    """What was assumed to get through the import: "imported with 2 invented settings (PORT, SECRET)"; "" without any."""
    groups: dict[tuple[str, str], list[str]] = {}
    for text in probe.assumptions:
        found = ((match[1], (one, many)) for pattern, one, many in _KINDS if (match := pattern.search(text)))
        name, kind = next(found, (text, _KINDS[-1][1:]))
        groups.setdefault(kind, []).append(name)
    shown = [
        f"{len(names)} {one if len(names) == 1 else many} ({_listed(names)})" for (one, many), names in groups.items()
    ]
    return f"imported with {', '.join(shown)}" if shown else ""


def held(probe: ProbeFacts) -> str:
    """What kept the import from the rest of the machine: "confined by network namespace, ..., audit hook"."""
    return f"confined by {', '.join(probe.isolation)}" if probe.isolation else ""


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
