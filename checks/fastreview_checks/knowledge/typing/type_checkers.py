"""Static type checkers: how they are run, and which settings make them strict.

Sources: the configuration references of mypy, pyright, basedpyright, ty and pyrefly.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fastreview.api import Command, Place, Project, file_facts
from fastreview_checks.knowledge.typing.ignores import ignores

CHECKERS = ("mypy", "pyright", "basedpyright", "ty", "pyrefly", "pytype", "pyre", "zuban")

# A command line that runs one; installing it runs nothing.
RUN = re.compile(
    r"(?:^|[\s/\"'(&|;])(?P<tool>d?mypy|basedpyright|pyright(?:-action)?|pyrefly|pytype|zuban|pyre|ty)(?:@\S+)?(?=[\s\"')&|;]|$)",
    re.MULTILINE,
)
INSTALL = re.compile(r"\b(?:install|add|sync|echo)\b")
HOOKS_RUN = re.compile(r"\b(?:pre-commit|prek)\s+run\b|pre-commit/action|prek-action|pre-commit-action")
STRICT_OPTION = re.compile(r"--strict\b|--level[= ]strict")

MYPY_OWN_FILES = ("mypy.ini", ".mypy.ini")

# What mypy's strict mode stands for; without the first two, untyped code and bare generics pass unseen.
MYPY_ESSENTIAL = ("disallow_untyped_defs", "disallow_any_generics")
MYPY_FURTHER = (
    "check_untyped_defs", "disallow_untyped_calls", "disallow_incomplete_defs", "disallow_untyped_decorators",
    "disallow_subclassing_any", "warn_return_any", "warn_unused_ignores", "warn_redundant_casts", "strict_equality",
    "no_implicit_reexport", "extra_checks",
)  # fmt: skip
# The same flags turned round: allow_untyped_calls = true is disallow_untyped_calls = false.
MYPY_INVERSE = {
    "allow_untyped_defs": "disallow_untyped_defs",
    "allow_any_generics": "disallow_any_generics",
    "allow_untyped_calls": "disallow_untyped_calls",
    "allow_incomplete_defs": "disallow_incomplete_defs",
    "allow_untyped_decorators": "disallow_untyped_decorators",
    "allow_subclassing_any": "disallow_subclassing_any",
    "implicit_reexport": "no_implicit_reexport",
}

STRICT_MODES = {
    "pyright": frozenset({"strict"}),
    "basedpyright": frozenset({"", "strict", "recommended", "all"}),
    "pyrefly": frozenset({"strict"}),
}
"""Words of ``typeCheckingMode`` or ``preset`` that are strict; "" where the default is."""


class CheckerRun(NamedTuple):
    """Something that runs a type checker. ``command`` is "" for hooks, whose arguments are not known. ``enforced``: in a
    pipeline for changes, which fails with it."""

    tool: str
    place: Place
    command: str
    in_ci: bool
    enforced: bool


def checker_runs(project: Project) -> tuple[CheckerRun, ...]:
    """Pipelines first, those that fail before the others, then the project's own commands, then pre-commit hooks."""
    files = project.facts.files
    found: list[CheckerRun] = []
    hooks_run: list[Command] = []
    for command in project.pipeline_commands:
        enforced = command.on_changes and not command.may_fail
        found += _runs(command.text, command.place, in_ci=True, enforced=enforced)
        if HOOKS_RUN.search(command.text) and not INSTALL.search(command.text):
            hooks_run.append(command)
    for target in files.targets:
        found += _runs(target.run, Place(target.path, target.line), in_ci=False, enforced=False)
    hooks_run.sort(key=lambda command: not command.on_changes or command.may_fail)
    for repository, hook in files.hooks:
        named = next((tool for tool in CHECKERS if tool in re.split(r"[/_-]", f"{repository}/{hook}".lower())), "")
        if named and hooks_run:
            first = hooks_run[0]
            found.append(CheckerRun(named, first.place, "", True, first.on_changes and not first.may_fail))
        elif named:
            found.append(CheckerRun(named, Place(".pre-commit-config.yaml"), "", False, False))
    return tuple(sorted(found, key=lambda run: (not run.enforced, not run.in_ci)))


def _runs(text: str, place: Place, *, in_ci: bool, enforced: bool) -> Iterator[CheckerRun]:
    for line in text.splitlines():
        match = RUN.search(line)
        if match and not INSTALL.search(line[: match.start("tool")]):
            tool = match["tool"].removeprefix("d").removesuffix("-action")
            # "ty" is a word of many a script; the checker is always told what to do.
            if tool != "ty" or line[match.end() :].lstrip().startswith(("check", ":")):
                # `mypy app || true`: nobody hears of its errors.
                yield CheckerRun(tool, place, line.strip(), in_ci, enforced and "||" not in line[match.end() :])


def configurations(project: Project) -> tuple[file_facts.Settings, ...]:
    """The settings that are in force: mypy reads one file only, its own before the shared ones."""
    found: dict[str, file_facts.Settings] = {}
    for settings in sorted(project.tool(*CHECKERS), key=lambda s: s.path.rpartition("/")[2] not in MYPY_OWN_FILES):
        if not is_off(settings):
            found.setdefault(settings.tool, settings)
    return tuple(found.values())


def is_off(settings: file_facts.Settings) -> bool:
    """``typeCheckingMode = "off"``: such a file only serves an editor."""
    return settings.values.get("typeCheckingMode") == "off"


def strictness(settings: file_facts.Settings, further: float) -> str:
    """ "" for a strict configuration, else what it lacks, in words. ``further`` is how many of `MYPY_FURTHER` must be on."""
    values = settings.values
    match settings.tool:
        case "mypy" | "zuban":
            return _mypy_lacks(values, further)
        case "pyright" | "basedpyright" | "pyrefly":
            mode = values.get("typeCheckingMode", values.get("preset", ""))
            if mode in STRICT_MODES[settings.tool] or values.get("strict"):
                return ""
            return f"its mode is {mode or 'the default'}, not strict"
        case "ty":
            level = values.get("rules.all")
            return "" if level == "error" else f"the level of all its rules is {level or 'the default'}, not error"
    return "it has no strict mode"


LOOSENED = {
    "ignore_errors": True, "disallow_untyped_defs": False, "disallow_any_generics": False, "check_untyped_defs": False,
    "strict": False, "allow_untyped_defs": True, "allow_any_generics": True,
}  # fmt: skip
"""Settings of an override under which mypy's strict mode is no longer strict for its modules."""


def loosened(settings: file_facts.Settings, project: Project) -> dict[str, str]:
    """Files of the service for which the configuration, or a comment in them, takes the strictness back; with the setting."""
    found = {m.path: "a comment" for m in project.service_modules if any(one.whole for one in ignores(m))}
    values = settings.values
    if settings.tool in ("mypy", "zuban"):
        numbers = dict.fromkeys(key.split(".")[1] for key in values if key.startswith("overrides."))
        for start in (f"overrides.{number}." for number in numbers):
            loose = next((flag for flag, value in LOOSENED.items() if values.get(start + flag) is value), "")
            patterns = _words(values.get(start + "module")) if loose else ()
            for module in project.service_modules:
                if any(_matches(module.name, pattern) for pattern in patterns):
                    found[module.path] = loose
    else:
        for key in ("ignore", "exclude", "project-excludes", "project_excludes", "src.exclude"):
            for pattern in _words(values.get(key)):
                start = pattern.removeprefix("./").removesuffix("/**/*").removesuffix("/**").rstrip("/")
                inside = (m.path for m in project.service_modules if start and f"{m.path}/".startswith(f"{start}/"))
                found.update(dict.fromkeys(inside, key.rpartition(".")[2]))
    return found


def _words(value: file_facts.Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _matches(module: str, pattern: str) -> bool:
    """mypy's way: `app.legacy.*` is the package and all below it, `*.generated` any module of that name."""
    start, star, _ = pattern.partition(".*")
    if star and pattern == f"{start}.*":
        return module == start or module.startswith(f"{start}.")
    return module == pattern or (pattern.startswith("*.") and module.endswith(pattern[1:]) and "*" not in pattern[1:])


def _mypy_lacks(values: Mapping[str, file_facts.Value], further: float) -> str:
    if values.get("ignore_errors") is True:
        return "`ignore_errors` silences it"
    strict = values.get("strict") is True
    on = {flag for flag in (*MYPY_ESSENTIAL, *MYPY_FURTHER) if values.get(flag, strict) is True}
    on -= {flag for inverse, flag in MYPY_INVERSE.items() if values.get(inverse) is True}
    on |= {flag for inverse, flag in MYPY_INVERSE.items() if values.get(inverse) is False}
    missing = [flag for flag in MYPY_ESSENTIAL if flag not in on]
    if missing:
        return f"`{missing[0]}` is off"
    own = [flag for flag in MYPY_FURTHER if flag in on]
    if len(own) < further:
        return f"most flags of `strict` are off, `{next(f for f in MYPY_FURTHER if f not in on)}` for one"
    return ""
