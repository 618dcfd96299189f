"""What the systems share: scripts as lists, and commands that cannot fail."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from fastreview.facts.files import Step
from fastreview.gather.files.yaml_tree import Tree

MAX_STEPS = 500
MAX_JOBS = 300
MAX_RUN = 8_000

_HARMLESS = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b.*)\s*$")


def cannot_fail(run: str) -> bool:
    """Whether every command of a script is excused by ``|| true`` and the like, or the shell told to go on."""
    lines = [line.strip() for line in run.replace("\\\n", " ").split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    return bool(lines) and all(_HARMLESS.search(line) for line in lines)


def script(tree: Tree, depth: int = 0) -> Iterator[tuple[str, int]]:
    """The commands of a scalar or a (nested) list, with their lines."""
    if depth > 10:
        return
    for member in tree.each():
        if member.kind == "list":
            yield from script(member, depth + 1)
        elif member.string().strip():
            yield member.string().strip()[:MAX_RUN], member.line


def run_steps(tree: Tree, name: str = "") -> list[Step]:
    """One step per command."""
    found: list[Step] = []
    for run, line in script(tree):
        found.append(Step(name, "", run, line, cannot_fail(run)))
        if len(found) >= MAX_STEPS:
            break
    return found


def excused(steps: Iterable[Step]) -> list[Step]:
    """The same steps, whose failure fails nothing."""
    return [msgspec.structs.replace(step, allowed_to_fail=True) for step in steps]


def images(tree: Tree) -> tuple[str, ...]:
    """Service containers: names, or tables with an image or a name."""
    if tree.kind == "map":
        members = [value.get("image").string() or value.string() or name for name, value in tree.items.items()]
    else:
        members = [
            member.string() or member.get("image").string() or member.get("name").string() for member in tree.each()
        ]
    return tuple(member for member in members if member)[:50]
