"""Which type checker the project has, where its settings stand, and how its pipeline calls it.

Sources: the command-line and configuration references of mypy, pyright, basedpyright, ty and pyrefly.
"""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from fastreview.facts.files import FileFacts, Settings, Value
from fastreview.project.pipelines import commands_of

RUNNABLE = ("mypy", "basedpyright", "pyright", "pyrefly", "ty")
"""In the order of preference where a project has several and runs none."""
OTHERS = ("zuban", "pytype", "pyre")

_RUN = re.compile(
    r"(?:^|[\s/\"'(])(?P<tool>mypy|basedpyright|pyright|pyrefly|zuban|pytype|pyre|ty)(?:@\S+)?(?=[\s\"')]|$)(?P<rest>.*)"
)
_INSTALLS = re.compile(r"(?<![-\w.])(?:install|add|sync|echo|cache|rm|cp|cat)\b")
_ACTION = re.compile(r"(?:^|/)(?P<tool>basedpyright|pyright|mypy|pyrefly|ty)-action\b")
_OWN_FILES = ("mypy.ini", ".mypy.ini", "pyrightconfig.json", "ty.toml", "pyrefly.toml")
# What changes how strictly mypy looks, or at what; the rest is about its output, its cache and its environment.
_MYPY_FLAG = re.compile(
    r"--(?:strict|ignore-missing-imports|check-untyped-defs|(?:dis)?allow-[\w-]+|(?:no-)?warn-[\w-]+|(?:no-)?implicit-[\w-]+"
    r"|no-strict-[\w-]+|strict-equality|extra-checks|namespace-packages|explicit-package-bases|follow-imports=\w+"
    r"|(?:en|dis)able-error-code=[\w-]+)"
)
_MYPY_VALUED = frozenset({"-p", "--package", "-m", "--module", "--exclude", "--config-file"})
_WHAT = ("files", "packages", "modules")


class Chosen(Struct, frozen=True):
    """``configuration`` is absolute, or None; ``folder`` is where the checker is run; ``arguments`` are what its command names:
    options that matter, and paths, absolute."""

    tool: str
    configuration: Path | None
    folder: Path
    arguments: tuple[str, ...] = ()
    values: dict[str, Value] = {}
    shown: str = ""
    """The path of the configuration as the files of the review are named."""


def chosen(root: Path, repository: Path, files: FileFacts, folder: str) -> Chosen | str | None:
    """The project's checker: what changes are checked with, else what its commands run, else what is configured.

    A sentence for one that cannot be run here; None without one. ``folder`` is the reviewed root in the repository.
    """
    runs = list(_runs(files, folder))
    configured = _configured(files)
    for tool, words in runs:
        if tool in RUNNABLE:
            found = _chosen(tool, words, configured.get(tool), root, repository)
            # Without settings of its own it may be about something else in the repository.
            if found.configuration or not configured:
                return found
    for tool in RUNNABLE:
        if settings := configured.get(tool):
            return _chosen(tool, (), settings, root, repository)
    other = next((tool for tool in OTHERS if tool in configured or any(tool == run for run, _ in runs)), "")
    return f"the project is checked with {other}, which is not run here" if other else None


def _runs(files: FileFacts, folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What runs a checker and the words after its name: pipelines, targets and scripts, hooks."""
    commands = [c for c in commands_of(files, folder) if c.on_changes]
    texts = [c.text for c in commands]
    texts += [line for target in files.targets for line in target.run.splitlines()]
    texts += [text for _, _, text in files.commands]
    for text in texts:
        if action := _ACTION.search(text.partition("@")[0]):
            yield action["tool"], ()
        elif (match := _RUN.search(text)) and not _INSTALLS.search(text[: match.start("tool")]):
            words = _words(match["rest"])
            if match["tool"] != "ty" or words[:1] == ("check",):
                yield match["tool"], words
    for repository, hook in files.hooks:
        named = re.split(r"[/_-]", f"{repository}/{hook}".lower())
        tool = next((tool for tool in (*RUNNABLE, *OTHERS) if tool in named), "")
        if tool:
            yield tool, ()


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text, comments=True))[:200]
    except ValueError:
        return tuple(text.split())[:200]


def _configured(files: FileFacts) -> dict[str, Settings]:
    """The settings in force by tool: a file of its own comes before a shared one, the nearest before those above."""
    found: dict[str, Settings] = {}
    ordered = sorted(files.settings, key=lambda one: one.path.rpartition("/")[2] not in _OWN_FILES)
    for settings in sorted(ordered, key=lambda one: one.path.count("../")):
        off = settings.values.get("typeCheckingMode") == "off" and not settings.values.get("strict")
        if settings.tool in (*RUNNABLE, *OTHERS) and not off:
            found.setdefault(settings.tool, settings)
    return found


def _chosen(tool: str, words: Sequence[str], settings: Settings | None, root: Path, repository: Path) -> Chosen:
    configuration = (root / settings.path).resolve() if settings else None
    folder = configuration.parent if configuration and configuration.is_relative_to(repository) else root
    arguments, named = _arguments(tool, words, (folder, root, repository))
    if named is not None:
        configuration = named
    return Chosen(
        tool, configuration, folder, arguments, settings.values if settings else {}, settings.path if settings else ""
    )


def _arguments(tool: str, words: Sequence[str], folders: Sequence[Path]) -> tuple[tuple[str, ...], Path | None]:
    """The options and paths of a command line that matter, and the configuration that it names."""
    kept: list[str] = []
    configuration: Path | None = None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if tool == "mypy" and option in _MYPY_VALUED:
            value = value if equals else rest.pop(0) if rest else ""
            if option == "--config-file":
                configuration = _existing(value, folders)
            elif value and not value.startswith("-"):
                kept += [option, value]
        elif tool == "mypy" and _MYPY_FLAG.fullmatch(word):
            kept.append(word)
        elif tool in ("pyright", "basedpyright") and option in ("-p", "--project"):
            value = value if equals else rest.pop(0) if rest else ""
            place = _existing(value, folders)
            configuration = place if place is None or place.is_file() else configuration
        elif not word.startswith("-") and word != "check" and (place := _existing(word, folders)):
            kept.append(str(place))
    return tuple(dict.fromkeys(kept)) if tool != "mypy" else tuple(kept), configuration


def _existing(word: str, folders: Sequence[Path]) -> Path | None:
    """The file or folder of the repository that a command names, whichever folder it was run in."""
    if not word or "\0" in word or len(word) > 500:
        return None
    for folder in folders:
        place = Path(os.path.normpath(folder / word))
        if place.is_relative_to(folders[-1]) and place.exists():
            return place
    return None


def names_what(one: Chosen) -> bool:
    """Whether the configuration of mypy says what to check."""
    return any(one.values.get(key) for key in _WHAT)
