"""Which of the listed files a gatherer may look at, by name and by where they stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fastreview.gather.discovery import DEPLOYMENT_FOLDERS

_NEVER = frozenset(
    [
        "ts",
        "tsx",
        "js",
        "jsx",
        "mjs",
        "cjs",
        "vue",
        "svelte",
        "css",
        "scss",
        "less",
        "html",
        "htm",
        "svg",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "ico",
        "webp",
        "avif",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "eot",
        "mp3",
        "mp4",
        "webm",
        "mov",
        "pdf",
        "map",
        "go",
        "rs",
        "java",
        "kt",
        "swift",
        "rb",
        "php",
        "c",
        "h",
        "cc",
        "cpp",
        "cs",
        "ipynb",
        "csv",
        "parquet",
        "po",
        "mo",
        "pot",
        "pyc",
        "pyi",
        "so",
        "whl",
        "snap",
        "gz",
        "zip",
        "tar",
        "proto",
        "sol",
        "dart",
        "lua",
        "r",
        "m",
        "scala",
        "ex",
        "exs",
        "mdx",
        "graphql",
        "avsc",
        "xml",
        "xsd",
        "pem",
        "key",
        "crt",
        "wasm",
        "bin",
        "npy",
        "pkl",
    ]
)
_PYTHON_NAMES = frozenset(
    ("setup.py", "noxfile.py", "env.py", "gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py")
)


@dataclass(frozen=True, slots=True)
class Place:
    """One listed file. ``above`` counts the "../" before it, ``folder`` is "" for the reviewed root itself."""

    path: str
    folder: str
    name: str
    above: int
    """``depth`` counts the folders below the root, or below the ancestor for files above it."""
    depth: int

    @property
    def lower(self) -> str:
        return self.name.lower()

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder names on the way, without the "../"."""
        return tuple(part for part in self.folder.split("/") if part not in ("", ".."))

    @property
    def direct(self) -> bool:
        """In the reviewed root or directly in one of the folders above it."""
        return self.depth == 0


def places(listing: Iterable[str]) -> list[Place]:
    """The listed files that some gatherer may want, nearest first: the root, what is below it, what is above it."""
    found: list[Place] = []
    for path in listing:
        folder, _, name = path.rpartition("/")
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        if extension in _NEVER:
            continue
        if extension == "py" and name not in _PYTHON_NAMES and not _may_be_migration(folder):
            continue
        above = 0
        while path.startswith("../", 3 * above):
            above += 1
        rest = path[3 * above :]
        depth = rest.count("/")
        if above and depth and rest[: rest.index("/")] not in DEPLOYMENT_FOLDERS:
            continue
        found.append(Place(path, folder, name, above, depth))
    found.sort(key=lambda place: (place.above, place.depth, place.path))
    return found


def _may_be_migration(folder: str) -> bool:
    return "migration" in folder or "versions" in folder or "alembic" in folder or "revisions" in folder


def named(candidates: Sequence[Place], names: frozenset[str]) -> Iterator[Place]:
    """The places whose lower-case name is one of ``names``."""
    return (place for place in candidates if place.lower in names)
