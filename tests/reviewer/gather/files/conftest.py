import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fastreview.facts.files import FileFacts
from fastreview.gather.files import gather_files

Gather = Callable[..., FileFacts]


def listing(root: Path, repository: Path) -> list[str]:
    found = []
    for folder, _, names in os.walk(repository):
        if "/.git/" not in f"{folder}/":
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


@pytest.fixture
def gather(tmp_path: Path) -> Gather:
    """Writes files (path to text or bytes) below a repository and gathers its folder ``root``."""

    def run(files: dict[str, str | bytes], root: str = ".") -> FileFacts:
        for path, content in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        reviewed = (tmp_path / root).resolve()
        reviewed.mkdir(parents=True, exist_ok=True)
        return gather_files(reviewed, tmp_path, listing(reviewed, tmp_path))

    return run
