"""Where reviews are kept: a file or the address of a database, and the folder in which they wait for it."""

import hashlib
import os
import re
from pathlib import Path

from msgspec import Struct

from fastreview.errors import UsageError
from fastreview.folders import data_folder

FILE = "history.sqlite3"
_URL = re.compile(r"[a-z][a-z0-9+]*://", re.IGNORECASE)
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite:///", re.IGNORECASE)


class Place(Struct, frozen=True):
    """A store. Exactly one of ``file`` and ``url`` is set; ``waiting`` is the folder of reviews that are to be brought in.

    ``named``: the user said where. Reviews are then brought in at once, not when somebody reads them.
    """

    waiting: Path
    file: Path | None = None
    url: str = ""
    named: bool = False

    @property
    def shown(self) -> str:
        """Its name without a password."""
        return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1:***@", self.url) if self.url else str(self.file)


def place(given: str = "") -> Place | None:
    """The store that ``given``, else ``FASTREVIEW_STORE``, names as file or URL; else the user's own, or None where the
    user has no home.

    Raises:
        UsageError: for an address of a database that is neither SQLite nor PostgreSQL.
    """
    given = given or os.environ.get("FASTREVIEW_STORE", "")
    folder = data_folder()
    if not given:
        return Place(folder / "waiting", folder / FILE) if folder else None
    if _URL.match(given) and not _SQLITE.match(given):
        if not _POSTGRES.match(given):
            raise UsageError(
                f'"{given.partition(":")[0][:40]}" is no database that reviews can be kept in: name a file, or an address '
                "that begins with postgresql://."
            )
        url = _POSTGRES.sub("postgresql+psycopg://", given, count=1)
        aside = (folder or Path.cwd()) / f"waiting-{_digest(url)}"
        return Place(aside, url=url, named=True)
    file = Path(_SQLITE.sub("", given, count=1)).expanduser().absolute()
    if file.is_dir():
        raise UsageError(f"{file} is a folder. Name a file in it.")
    if not file.parent.is_dir():
        raise UsageError(f"There is no folder {file.parent} to keep {file.name} in.")
    return Place(file.with_name(f"{file.name}-waiting"), file, named=True)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
