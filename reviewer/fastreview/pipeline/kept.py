"""Reviews kept for the case that nothing has changed: the same facts under the same checks give the same review.

The key covers everything that a review depends on: the facts (files by their digests), the choice of checks, and the
source of fastreview and of every pack. A kept review that cannot be read counts as none.
"""

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec

from fastreview.facts import Facts
from fastreview.gather.cache import cache_folder, store
from fastreview.packs import installed
from fastreview.pipeline.document import gathered_entries
from fastreview.pipeline.excerpts import Excerpts
from fastreview.pipeline.review import Choice
from fastreview.project import Place
from fastreview.review import Review

KEPT = 200
"""Kept reviews in the user's cache folder; the ones written longest ago go first."""

_encode = msgspec.msgpack.Encoder().encode


class KeptReviews:
    """The review of ``facts`` under ``choice``, if it was made before. ``root`` is the reviewed folder: nothing is ever
    kept inside it."""

    def __init__(self, facts: Facts, choice: Choice, root: Path) -> None:
        self._facts = facts
        self._root = root
        folder = cache_folder()
        inside = folder is not None and folder.resolve().is_relative_to(root.resolve())
        self._file = None if folder is None or inside else folder / "reviews" / f"{_key(facts, choice)}.review"

    def recall(self) -> Review | None:
        """The kept review, with the times of this run's gathering."""
        if self._file is None:
            return None
        try:
            review = msgspec.msgpack.decode(self._file.read_bytes(), type=Review)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if not self._still_shown(review):
            return None
        return msgspec.structs.replace(review, gathered=gathered_entries(self._facts))

    def _still_shown(self, review: Review) -> bool:
        """Facts of files other than Python leave out comments and layout: their excerpts must be those of today."""
        excerpts = Excerpts(self._facts, self._root)
        return all(
            excerpts.unchanged(Place(finding.path, finding.line, finding.end_line), finding.excerpt)
            for finding in review.findings
            if finding.excerpt is not None and not finding.path.endswith(".py")
        )

    def keep(self, review: Review) -> None:
        """Replaced in one step; a folder that cannot be written to keeps nothing."""
        if self._file is not None:
            store(self._file, _encode(review), KEPT)


def _key(facts: Facts, choice: Choice) -> str:
    key = hashlib.blake2b(digest_size=20)
    for source in _sources():
        key.update(source)
    files = [(module.path, module.digest) for module in facts.modules]
    timeless = [msgspec.structs.replace(side, seconds=0.0) for side in facts.gathered]
    probe = msgspec.structs.replace(facts.probe, import_seconds=0.0) if facts.probe else None
    key.update(_encode((choice, files, timeless, facts.scope, facts.files, facts.git, probe)))
    return key.hexdigest()


def _sources() -> Iterator[bytes]:
    """Names, sizes and times of every file of the tool and of its packs: whoever edits a check sees its effect at once."""
    for package in ("fastreview", *installed()):
        spec = find_spec(package)
        for place in sorted(spec.submodule_search_locations or ()) if spec else ():
            for folder, folders, names in os.walk(place):
                folders[:] = sorted(name for name in folders if name != "__pycache__")
                for name in sorted(names):
                    status = os.stat(os.path.join(folder, name))
                    yield f"{folder}/{name} {status.st_size} {status.st_mtime_ns}\n".encode("utf-8", "surrogateescape")
