"""Reviews kept for the case that nothing has changed: then none of the project's files is opened, and nothing is imported.

A review is found again by everything it depends on: names, sizes and times of all files that it may read, the state of the
repository, the choice of checks, and the source of fastreview and of every pack; where the app was imported, also by what
is installed in the environment that it was imported in. As git does, a file whose size, times and inode are those of the
last look is taken for unchanged. A kept review that cannot be read counts as none.

Where only times and inodes are others - after a checkout, in a fresh clone - the facts are gathered, found to be those of
before, and the review is recalled instead of made: a static review says nothing that does not come from them, but for the
excerpts of files that are not Python, which are compared.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from fastreview.facts import Facts
from fastreview.folders import cache_folder
from fastreview.gather.cache import store
from fastreview.gather.discovery import discover
from fastreview.gather.git import GitUnavailable, git_facts
from fastreview.gather.module import digest
from fastreview.gather.source import read
from fastreview.gather.tests import COVERAGE_FILES
from fastreview.installed import check_packs
from fastreview.review import Review

KEPT = 200
"""Kept reviews in the user's cache folder; the ones written longest ago go first."""

# An activated environment is one that may import the app.
_CHOOSING = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT")

_encode = msgspec.msgpack.Encoder().encode


class KeptReviews:
    """The review of ``root``, if it was made before with the same ``options``; they are told apart by their text.

    Raises:
        UsageError: when ``root`` is not a folder that can be listed.
    """

    def __init__(self, root: Path, options: Sequence[str], exclude: Sequence[str] = ()) -> None:
        found = discover(root, exclude)
        folder = cache_folder()
        # A cache inside the reviewed folder would change what is reviewed.
        inside = folder is not None and folder.resolve().is_relative_to(found.root)
        self._file: Path | None = None
        self._root = found.root
        self._known = b""
        if folder is None or inside:
            return
        with ThreadPoolExecutor(1) as beside:
            state = beside.submit(_state, found.root, found.repository)
            key = hashlib.blake2b(digest_size=20)
            environment = tuple(map(os.getenv, _CHOOSING))
            asked = _encode(
                (sys.version, os.fsencode(found.root), tuple(options), environment, found.name, found.left_out)
            )
            self._known = b"".join((asked, *_own_sources()))
            key.update(self._known)
            for line in _described(str(found.root), (*found.listing, *COVERAGE_FILES)):
                key.update(line)
            key.update(state.result())
        self._file = folder / "reviews" / f"{key.hexdigest()}.review"

    def recall(self) -> Review | None:
        kept = _read(self._file, _Kept) if self._file else None
        if kept is None or kept.installed != _installed(kept.interpreter) or kept.beside != self._beside(kept.outside):
            return None
        return _of_today(kept.review)

    def recall_same(self, facts: Facts) -> Review | None:
        """The review of the same static facts, whatever the times of the files."""
        if self._file is None:
            return None
        same = _read(self._same(facts), _Same)
        kept = _read(self._file.with_name(Path(same.review).name), _Kept) if same else None
        if same is None or kept is None or kept.interpreter:
            return None
        return _of_today(kept.review) if same.shown == self._digests(same.shown) else None

    def keep(
        self, review: Review, interpreter: str = "", facts: Facts | None = None, outside: tuple[str, ...] = ()
    ) -> None:
        """Replaced in one step; a folder that cannot be written to keeps nothing. ``interpreter`` is the one that imported
        the app, "" where none did. ``facts`` are those of a static review, by which it may be found again. ``outside`` is
        what `outside` says of them."""
        if self._file is None:
            return
        kept = _Kept(interpreter, _installed(interpreter), review, outside, self._beside(outside))
        store(self._file, _encode(kept), KEPT)
        if facts is not None:
            python = {module.path for module in facts.modules}
            shown = {found.path for found in review.findings if found.excerpt is not None} - python
            store(self._same(facts), _encode(_Same(self._file.name, self._digests(shown))), KEPT)

    @property
    def in_history(self) -> bool:
        """Whether the review that `recall` gives was put into the user's history."""
        return self._file is not None and self._file.with_suffix(".history").exists()

    def note_history(self) -> None:
        if self._file is not None:
            store(self._file.with_suffix(".history"), b"", KEPT)

    def _beside(self, outside: tuple[str, ...]) -> bytes:
        return b"".join(_described(str(self._root), outside))

    def _same(self, facts: Facts) -> Path:
        timeless = tuple(msgspec.structs.replace(side, seconds=0.0) for side in facts.gathered)
        key = hashlib.blake2b(self._known, digest_size=20)
        # A module's facts are those of its content.
        key.update(_encode([(module.path, module.digest, module.error) for module in facts.modules]))
        key.update(_encode(msgspec.structs.replace(facts, gathered=timeless, modules=())))
        return cast("Path", self._file).with_name(f"{key.hexdigest()}.same")

    def _digests(self, paths: Iterable[str]) -> dict[str, str]:
        """Of what the files hold now; "" of one that cannot be read."""
        found = {path: read(self._root, path) for path in sorted(paths)}
        return {path: digest(data) if isinstance(data, bytes) else "" for path, data in found.items()}


def _of_today(review: Review) -> Review | None:
    """None when a day has come since that a comment names: what it sets aside may be open now, or accepted."""
    today = datetime.now(UTC).date().isoformat()
    changed = any(
        (one.until and one.until < today and one.state not in ("expired", "malformed"))
        or (one.on and one.on <= today and one.note)
        for one in review.suppressions
    )
    return None if changed else msgspec.structs.replace(review, made=today)


K = TypeVar("K")


def _read(file: Path, kind: type[K]) -> K | None:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class _Same(msgspec.Struct, frozen=True):
    """``review`` is the name of the file of a kept review; ``shown`` are digests of the files, Python aside, of which it
    shows lines, by path."""

    review: str
    shown: dict[str, str]


class _Kept(msgspec.Struct, frozen=True):
    """``outside`` are modules of packages beside the project, ``beside`` is how the system described them."""

    interpreter: str
    installed: bytes
    review: Review
    outside: tuple[str, ...] = ()
    beside: bytes = b""


def outside(facts: Facts) -> tuple[str, ...]:
    """The modules that were read from packages beside the project, and their folders: a module may come that is imported."""
    modules = [module.path for module in facts.modules if module.path.startswith("../")]
    return (*modules, *sorted({os.path.dirname(path) for path in modules}))


def _installed(interpreter: str) -> bytes:
    """What says that packages came or went: installers add or remove folders of ``site-packages``."""
    if not interpreter:
        return b""
    # A static review is recalled without what provides environments.
    from fastreview.gather.environment.existing import packages_folders

    home = Path(interpreter).parent.parent
    return b"".join(_described("", (interpreter, str(home / "pyvenv.cfg"), *map(str, packages_folders(home)))))


def _state(root: Path, repository: Path) -> bytes:
    try:
        return _encode(git_facts(root, repository))
    except GitUnavailable as problem:
        return str(problem).encode("utf-8", "replace")


def _described(folder: str, paths: Iterable[str]) -> Iterator[bytes]:
    """Every file as the system describes it, links as what they lead to."""
    for path in paths:
        try:
            found = os.stat(os.path.join(folder, path))
        except (OSError, ValueError):
            described = "-"
        else:
            described = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_mode}"
        yield f"{path}\0{described}\n".encode("utf-8", "surrogateescape")


def _own_sources() -> Iterator[bytes]:
    """Whoever edits a check sees its effect at once."""
    for package in ("fastreview", *check_packs()):
        spec = find_spec(package)
        for place in sorted(spec.submodule_search_locations or ()) if spec else ():
            yield place.encode("utf-8", "surrogateescape")
            yield from _described(place, _files_below(place))


def _files_below(place: str) -> Iterator[str]:
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(folder, name) for name in sorted(names))
