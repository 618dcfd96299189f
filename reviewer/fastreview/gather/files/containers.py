"""Dockerfiles and Containerfiles, by the rules of the Dockerfile reference.

Two libraries were tried. dockerfile-parse 2.0.1 knows no heredocs (its issue 145, open since 2023) and takes their lines for
instructions. dockerfile 3.4.0 is BuildKit's own parser in Go: it agrees with this one on the instructions, lines and exec forms
of 160 Dockerfiles of public services, but its runtime does not survive a fork (a forked process that parses hangs, and reviews
fork), and it refuses a file with an unclosed heredoc as a whole.
"""

import json
import re
from collections.abc import Sequence

from fastreview.facts.files import ContainerFacts, Instruction, Stage
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader

MAX_CONTAINERS = 100
MAX_INSTRUCTIONS = 2_000

_NAME = re.compile(r"(?:[a-z0-9_.-]+[._-])?(?:dockerfile|containerfile)(?:[._-][a-z0-9_.-]+)?", re.IGNORECASE)
_NOT = (
    ".dockerignore",
    ".containerignore",
    ".md",
    ".py",
    ".sh",
    ".yml",
    ".yaml",
    ".json",
    ".txt",
    ".toml",
    ".tmpl",
    ".j2",
    ".jinja",
    ".jinja2",
    ".template",
    ".tpl",
    ".rst",
    ".lock",
    ".bak",
    ".orig",
)
_ESCAPE = re.compile(r"#\s*escape\s*=\s*([\\`])\s*", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*[a-z]+\s*=.*", re.IGNORECASE)
_HEREDOC = re.compile(r"(?<!<)<<(-?)\s*([\"']?)([A-Za-z_][\w.-]*)\2")
_TAKES_HEREDOCS = re.compile(r"(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?([-+])([^}]*))?\}|(\w+))")
_FROM = re.compile(r"((?:--\S+\s+)*)(\S+)(?:\s+as\s+(\S+))?", re.IGNORECASE)
_PYTHON_IMAGE = re.compile(r"python|pypy|conda|mamba|/uv\b|uvicorn|gunicorn|fastapi|poetry", re.IGNORECASE)
_PYTHON_COMMAND = re.compile(
    r"\b(?:pip3? install|uv (?:sync|pip|run)|poetry (?:install|run)|pdm (?:install|sync)|pipenv|uvicorn|gunicorn"
    r"|hypercorn|granian|fastapi (?:run|dev)|python3? -m|python3? \S+\.py)\b|requirements[\w.-]*\.txt|pyproject\.toml"
)


def containers(reader: Reader, candidates: Sequence[Place]) -> tuple[ContainerFacts, ...]:
    """All container files, in the order of ``candidates``; files without a FROM are reported."""
    ignores = {place.path for place in candidates if place.lower.endswith((".dockerignore", ".containerignore"))}
    found: list[ContainerFacts] = []
    for place in candidates:
        if not is_container_file(place.name) or len(found) >= MAX_CONTAINERS:
            continue
        content = reader.text(place.path)
        if content is None:
            continue
        stages = parse(content)
        if not stages:
            reader.report(place.path, "has no FROM instruction")
            continue
        if word := unclosed(content):
            reader.report(place.path, f"broken Dockerfile: nothing closes the heredoc {word}")
        found.append(ContainerFacts(place.path, stages, _ignore_file(place, ignores), _is_python(stages)))
    return tuple(found)


def is_container_file(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not name.lower().endswith(_NOT)


def parse(content: str) -> tuple[Stage, ...]:
    """The stages of a Dockerfile; ARG values from before the first FROM are put into the FROM lines."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    current: list[Instruction] = []
    for instruction in instructions(content):
        if instruction.keyword == "FROM":
            if stages:
                stages[-1] = _with(stages[-1], current)
            current = []
            stages.append(_stage(instruction, arguments))
        elif stages:
            current.append(instruction)
        elif instruction.keyword == "ARG":
            for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", instruction.value):
                arguments[name] = substituted(value.strip("\"'"), arguments)
    if stages:
        stages[-1] = _with(stages[-1], current)
    return tuple(stages)


def _with(stage: Stage, members: list[Instruction]) -> Stage:
    return Stage(stage.image, stage.name, stage.line, tuple(members))


def _stage(instruction: Instruction, arguments: dict[str, str]) -> Stage:
    found = _FROM.match(substituted(instruction.value, arguments))
    if found is None:
        return Stage("", "", instruction.line)
    return Stage(found[2], (found[3] or "").lower(), instruction.line)


def substituted(value: str, arguments: dict[str, str]) -> str:
    """``$X``, ``${X}``, ``${X:-default}`` and ``${X:+other}``; what is unknown stays as written."""

    def replacement(found: re.Match[str]) -> str:
        known = arguments.get(found[1] or found[4], "")
        match found[2]:
            case "-":
                return known or found[3]
            case "+":
                return found[3] if known else ""
        return known or found[0]

    return _VARIABLE.sub(replacement, value)


def instructions(content: str) -> list[Instruction]:
    """Instructions in order: continuation lines joined by one space, comments in them dropped, heredocs appended."""
    lines = content.split("\n")
    escape = "\\"
    for line in lines:
        if not _DIRECTIVE.fullmatch(line.strip()):
            break
        if found := _ESCAPE.fullmatch(line.strip()):
            escape = found[1]
    found_instructions: list[Instruction] = []
    at = 0
    while at < len(lines) and len(found_instructions) < MAX_INSTRUCTIONS:
        line, start = lines[at].strip(), at + 1
        at += 1
        if not line or line.startswith("#"):
            continue
        parts = [line.removesuffix(escape).rstrip()]
        while line.endswith(escape) and at < len(lines):
            following = lines[at].strip()
            at += 1
            if not following or following.startswith("#"):
                continue
            line = following
            parts.append(line.removesuffix(escape).rstrip())
        keyword, _, value = " ".join(part for part in parts if part).partition(" ")
        if _TAKES_HEREDOCS.match(f"{keyword} {value}"):
            body, at = _heredocs(value, lines, at)
            value += body
        value = value.strip()
        found_instructions.append(Instruction(keyword.upper(), value, start, _is_array(keyword.upper(), value)))
    return found_instructions


def _heredocs(value: str, lines: list[str], at: int) -> tuple[str, int]:
    """The bodies of the heredocs that ``value`` opens, and the index of the line behind them."""
    body: list[str] = []
    for dash, _, word in _HEREDOC.findall(value):
        for end in range(at, len(lines)):
            line = lines[end].lstrip("\t") if dash else lines[end]
            if line == word:
                body += [line.strip() for line in lines[at:end]]
                at = end + 1
                break
        else:
            # Never closed: no heredoc, or a broken file; its lines are read as instructions.
            break
    return ("\n" + "\n".join(body) if body else ""), at


def unclosed(content: str) -> str:
    """The word that a heredoc waits for until the end of the file, or "": Docker refuses such a file."""
    lines = content.split("\n")
    for instruction in instructions(content):
        if _TAKES_HEREDOCS.match(f"{instruction.keyword} {instruction.value}"):
            first, *body = instruction.value.split("\n")
            for found in _HEREDOC.finditer(first):
                ends = (line.lstrip("\t") if found[1] else line for line in lines[instruction.line :])
                if not body and found[3] not in ends:
                    return found[3]
    return ""


def _is_array(keyword: str, value: str) -> bool:
    if keyword == "ONBUILD":
        keyword, _, value = value.partition(" ")
    if keyword == "HEALTHCHECK":
        value = value.partition("CMD")[2].strip()
    if not value.startswith("["):
        return False
    try:
        read: object = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, list) and all(isinstance(member, str) for member in read)


def _is_python(stages: tuple[Stage, ...]) -> bool:
    return any(
        _PYTHON_IMAGE.search(stage.image)
        or any(_PYTHON_COMMAND.search(instruction.value.replace('", "', " ")) for instruction in stage.instructions)
        for stage in stages
    )


def _ignore_file(place: Place, ignores: set[str]) -> str:
    """BuildKit's ``<Dockerfile>.dockerignore``, else the nearest one from the file's folder upwards."""
    own = f"{place.path}.dockerignore"
    if own in ignores:
        return own
    folder = place.folder
    while True:
        for name in (".dockerignore", ".containerignore"):
            path = f"{folder}/{name}" if folder else name
            if path in ignores:
                return path
        if folder.endswith("..") or not folder:
            break
        folder = folder.rpartition("/")[0]
    return next(
        (path for path in sorted(ignores, key=len) if path.startswith("../") and path.count("/") == path.count("../")),
        "",
    )


def python_of(stages: tuple[Stage, ...]) -> str:
    """The Python version that the shipped stage's base image names (``python:3.12-slim``), or ""."""
    by_name = {stage.name: stage for stage in stages if stage.name}
    stage: Stage | None = stages[-1] if stages else None
    for _ in stages:
        if stage is None or stage.image.lower() not in by_name:
            break
        stage = by_name[stage.image.lower()]
    if stage is None:
        return ""
    found = re.search(r"python(?:[:-](?:python)?)?(\d+(?:\.\d+)+)", stage.image)
    return found[1] if found else ""
