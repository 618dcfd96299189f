"""Project files to `FileFacts`: packaging, containers, pipelines, manifests, environments, migrations, tools, texts."""

import re
from collections.abc import Sequence
from pathlib import Path

from fastreview.facts.files import ContainerFacts, FileFacts
from fastreview.gather.files.commands import commands
from fastreview.gather.files.containers import containers, python_of
from fastreview.gather.files.environments import environments
from fastreview.gather.files.manifests import manifests
from fastreview.gather.files.migrations import migrations
from fastreview.gather.files.packaging import packaging
from fastreview.gather.files.places import places
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.texts import texts
from fastreview.gather.files.tools import hooks, stands_alone, tools
from fastreview.gather.files.workflows import workflows

__all__ = ["gather_files"]


def gather_files(root: Path, repository: Path, listing: Sequence[str]) -> FileFacts:
    """What the listed files say about the service in ``root``.

    ``listing`` names files relative to ``root``; those above it, up to ``repository``, start with "../" and are read
    only where they are about the service (pipelines, deployment, packaging, tool configuration). Never raises for what
    the files contain or are: what could not be read stands in ``unreadable`` with its reason.
    """
    reader = Reader(root, repository)
    candidates = places(listing)
    declared = packaging(reader, candidates)
    images = containers(reader, candidates)
    lines, targets = commands(reader, candidates)
    if stands_alone(reader, candidates):
        # What a repository around it runs is about this service where it names the service's folder.
        mentioned = re.compile(rf"(?<![\w-]){re.escape(root.name)}(?![\w-])")
        lines = tuple(line for line in lines if not line[0].startswith("../") or mentioned.search(line[2]))
        targets = tuple(t for t in targets if not t.path.startswith("../") or mentioned.search(f"{t.name} {t.run}"))
    return FileFacts(
        settings=tools(reader, candidates, declared.homes),
        requirements=declared.requirements,
        locks=declared.locks,
        containers=images,
        workflows=workflows(reader, candidates),
        manifests=manifests(reader, candidates),
        environments=environments(reader, candidates),
        hooks=hooks(reader, candidates),
        migrations=migrations(reader, candidates),
        texts=texts(reader, candidates),
        commands=lines,
        targets=targets,
        python_wanted=declared.python_wanted or _python_of_images(images),
        unreadable=reader.problems,
    )


def _python_of_images(images: tuple[ContainerFacts, ...]) -> str:
    return next((version for image in images if (version := python_of(image.stages))), "")
