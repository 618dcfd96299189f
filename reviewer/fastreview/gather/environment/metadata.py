"""What a build would write about the project, without building it: its name, version and entry points, a version file.

Code asks for the version of its own package (``importlib.metadata.version``) or imports a file that the build writes.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from fastreview.gather.files.plain import table, text
from fastreview.gather.files.reading import Reader

MAX_ENTRY_POINTS = 500
UNKNOWN_VERSION = "0.0.0"

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Build tools that write the version into a module, and where they are told its path.
_VERSION_FILES = (
    ("setuptools_scm", "version_file"),
    ("setuptools_scm", "write_to"),
    ("vcs-versioning", "version_file"),
    ("hatch", "build", "hooks", "vcs", "version-file"),
    ("versioningit", "write", "file"),
    ("pdm", "version", "write_to"),
)


class Metadata(Struct, frozen=True):
    """``entry_points`` is the text of the file of that name, ``version_files`` are paths below the package's folder."""

    name: str
    version: str = UNKNOWN_VERSION
    entry_points: str = ""
    version_files: tuple[str, ...] = ()


def metadata(reader: Reader, pyproject: str, name: str) -> Metadata | None:
    """What ``pyproject`` says of the package; None without a usable name."""
    data = reader.toml(pyproject) or {}
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    name = text(project.get("name")) or text(poetry.get("name")) or name
    if not _SAFE.fullmatch(name):
        return None
    version = text(project.get("version")) or text(poetry.get("version"))
    groups: dict[str, Mapping[str, object]] = {
        "console_scripts": table(project, "scripts") or table(poetry, "scripts"),
        **{group: table(points) for group, points in table(project, "entry-points").items()},
        **{group: table(points) for group, points in table(poetry, "plugins").items()},
    }
    return Metadata(
        name,
        version if re.fullmatch(r"\d[\w.!+-]*", version) else UNKNOWN_VERSION,
        "\n".join(_entry_points(groups)),
        tuple(dict.fromkeys(_version_files(data))),
    )


def install(metadata: Metadata, site_packages: Path) -> None:
    """Lets ``importlib.metadata`` find the package in the environment, where no release of it is installed."""
    normal = re.sub(r"[-_.]+", "_", metadata.name).lower()
    if any(path.name.lower().startswith(f"{normal}-") for path in site_packages.glob("*.dist-info")):
        return
    folder = site_packages / f"{normal}-{metadata.version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {metadata.name}\nVersion: {metadata.version}\n", "utf-8"
    )
    (folder / "entry_points.txt").write_text(metadata.entry_points, "utf-8")


def version_file(version: str) -> str:
    """The module that the build tools write, under the names that they give the version."""
    numbers = ", ".join(re.findall(r"\d+", version)[:3])
    return (
        f'__version__ = version = "{version}"\n__version_tuple__ = version_tuple = ({numbers})\n'
        "__commit_id__ = commit_id = None\n"
    )


def _entry_points(groups: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    count = 0
    for group, points in groups.items():
        if not points or not _SAFE.fullmatch(group):
            continue
        yield f"[{group}]"
        for name, target in points.items():
            count += 1
            if isinstance(target, str) and count < MAX_ENTRY_POINTS and "\n" not in name + target:
                yield f"{name} = {target}"


def _version_files(data: Mapping[str, object]) -> Iterator[str]:
    for *keys, last in _VERSION_FILES:
        path = text(table(data, "tool", *keys).get(last))
        if path.endswith(".py") and ".." not in path and not path.startswith("/"):
            yield path
