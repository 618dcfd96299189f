"""What applies migrations, and whether it does so each time that the server starts.

Sources: the command references of Alembic, Aerich, Yoyo, Piccolo, Prisma, Django and dbmate.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import External, Function, Module, Place, Project
from fastreview_checks.knowledge.containers import instructions, lineage, shipping, started_scripts
from fastreview_checks.knowledge.creating_tables import creating_in_service, runs_with_service
from fastreview_checks.knowledge.production.serving import SERVER

MIGRATES = re.compile(
    r"\balembic\b[^&|;\n]*\bupgrade\b|\baerich\b[^&|;\n]*\bupgrade\b|\byoyo\b[^&|;\n]*\bapply\b|\bpiccolo\s+migrations\s+forwards?\b"
    r"|\bprisma\s+(?:migrate\s+deploy|db\s+push)\b|\bmanage\.py\s+migrate\b|\bdbmate\b[^&|;\n]*\b(?:up|migrate)\b|\bflask\s+db\s+upgrade\b"
)
_HANDS_OVER = re.compile(r"exec\s+[\"']?\$(?:@|\*|\{@)|^[\"']?\$@|^exec\s+\$\w+$")
_RELEASE = re.compile(r"^(?:release|migrate|migrations?|pre-?start|init)\s*:", re.IGNORECASE)

_APPLYING = frozenset(
    {
        "alembic.command.upgrade", "aerich.Command.upgrade", "aerich.Command.migrate", "aerich.Command.init_db",
        "yoyo.backends.base.DatabaseBackend.apply_migrations", "yoyo.backend.apply_migrations",
    }
)  # fmt: skip
_STARTING_PROGRAMS = frozenset(
    {
        "subprocess.run", "subprocess.check_call", "subprocess.Popen", "subprocess.call", "subprocess.check_output", "os.system",
        "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
    }
)  # fmt: skip
_NAMES = frozenset(name.rpartition(".")[2] for name in (*_APPLYING, *_STARTING_PROGRAMS))


class AtStart(NamedTuple):
    """``what`` reads after "the schema is changed by"."""

    place: Place
    what: str


def changes_at_start(project: Project) -> Iterator[AtStart]:
    """Where the schema changes each time that an instance of the service starts."""
    for site in creating_in_service(project):
        yield AtStart(site.place, "the service itself when it starts")
    for site in project.calls(*_NAMES):
        target = project.values.target(site)
        name = target.name if isinstance(target, External) else ""
        applies = name in _APPLYING or (name in _STARTING_PROGRAMS and MIGRATES.search(_words(site.call.args)))
        if applies and isinstance(site.code, Module | Function) and runs_with_service(site, project):
            yield AtStart(site.place, "the service itself when it starts")
    yield from _in_images(project)
    yield from _in_manifests(project)
    for path, line, text in project.facts.files.commands:
        starts_too = MIGRATES.search(text) and SERVER.search(text)
        if path.rpartition("/")[2].lower().startswith("procfile") and starts_too and not _RELEASE.match(text):
            yield AtStart(Place(path, line), "the command that starts every instance")


def _in_images(project: Project) -> Iterator[AtStart]:
    for facts in shipping(project):
        stages = lineage(facts)
        last = {i.keyword: i for i in reversed(list(instructions(stages, "CMD", "ENTRYPOINT")))}
        command = " ".join(i.value for i in last.values())
        for instruction in last.values():
            if MIGRATES.search(instruction.value.replace('", "', " ").replace('","', " ")) and SERVER.search(command):
                yield AtStart(Place(facts.path, instruction.line), "the command of the image, in every container")
        copied = " ".join(i.value for i in instructions(stages, "COPY", "ADD"))
        automatic = (
            "/app/prestart.sh" if "tiangolo/uvicorn-gunicorn" in stages[-1].image and "prestart" in copied else ""
        )
        scripts = list(started_scripts(project, f"{command} {automatic}"))
        for path, line, text in scripts:
            whole = [other for name, _, other in scripts if name == path]
            starts_too = automatic or any(SERVER.search(one) or _HANDS_OVER.search(one) for one in whole)
            # A script may leave the work to another one: ``sh scripts/migrate.sh head``.
            inner = (other for name, _, other in started_scripts(project, text) if name != path) if starts_too else ()
            if starts_too and (MIGRATES.search(text) or any(map(MIGRATES.search, inner))):
                yield AtStart(Place(path, line), "the entry point of the image, in every container")


def _in_manifests(project: Project) -> Iterator[AtStart]:
    for manifest in project.facts.files.manifests:
        for container in manifest.containers:
            scripts = list(started_scripts(project, container.command))
            if MIGRATES.search(container.command) and SERVER.search(container.command):
                yield AtStart(
                    Place(manifest.path, container.line), f"the command of `{container.name}`, in every instance"
                )
            for path, line, text in scripts:
                if MIGRATES.search(text) and any(SERVER.search(other) for name, _, other in scripts if name == path):
                    yield AtStart(Place(path, line), f"what `{container.name}` starts with, in every instance")


def _words(arguments: object) -> str:
    return " ".join(re.findall(r"[\w./-]+", str(arguments)))
