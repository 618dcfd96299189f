"""Which application the start commands of the project name: ``uvicorn app.main:app`` and its kin."""

import re
from collections.abc import Iterator

from msgspec import Struct

from fastreview.facts.files import FileFacts

_TARGET = re.compile(r"(?<![\w./:-])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(\(\))?(?![\w:/.-])")
_SERVERS = re.compile(r"\b(?:uvicorn|gunicorn|hypercorn|granian|daphne)\b")
_JSON_MARKS = re.compile(r"[\[\]\",']+")


class Started(Struct, frozen=True):
    """``module:attribute`` as a server is given it; a ``factory`` is called for the application."""

    module: str
    attribute: str
    factory: bool


def started(files: FileFacts) -> tuple[Started, ...]:
    """What is started, images first: they say what runs in production. None twice."""
    found = (
        Started(target[1], target[2], "--factory" in text or bool(target[3]))
        for text in _commands(files)
        if _SERVERS.search(text)
        for target in _TARGET.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def _commands(files: FileFacts) -> Iterator[str]:
    stages = (stage for container in files.containers for stage in reversed(container.stages))
    for instruction in (instruction for stage in stages for instruction in stage.instructions):
        if instruction.keyword.upper() in ("CMD", "ENTRYPOINT"):
            yield _JSON_MARKS.sub(" ", instruction.value)
    yield from (service.command for manifest in files.manifests for service in manifest.containers)
    for path, _, text in files.commands:
        if not path.startswith("../"):
            yield text
    for target in files.targets:
        if not target.path.startswith("../"):
            yield from target.run.splitlines()
