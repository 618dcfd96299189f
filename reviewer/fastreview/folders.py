"""The user's folders for what is kept between reviews, where the platform has them.

Sources: the XDG base directory specification, by which a relative path counts as none, and the conventions of macOS and
Windows. The package platformdirs knows them too; its import would be the slowest of a review that is recalled.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path


def cache_folder() -> Path | None:
    """What can be made again, or None where the user has no home. ``FASTREVIEW_CACHE_DIR`` goes before the platform."""
    return _folder("FASTREVIEW_CACHE_DIR", "XDG_CACHE_HOME", ".cache", "Library/Caches")


def data_folder() -> Path | None:
    """What cannot, or None where the user has no home. ``FASTREVIEW_DATA_DIR`` goes before the platform."""
    return _folder("FASTREVIEW_DATA_DIR", "XDG_DATA_HOME", ".local/share", "Library/Application Support")


def put(file: Path, data: bytes) -> None:
    """Makes or replaces ``file`` in one step, its folder too where there is none: a reader sees the old or the new one.

    Raises:
        OSError: when it cannot be written; nothing is left behind then.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".writing-")
    try:
        with open(handle, "wb") as writing:
            writing.write(data)
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _folder(own: str, xdg: str, unix: str, mac: str) -> Path | None:
    if given := os.environ.get(own):
        return Path(given).absolute()
    try:
        match sys.platform:
            case "win32":
                base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            case "darwin":
                base = Path.home() / mac
            case _:
                named = os.environ.get(xdg, "")
                base = Path(named) if os.path.isabs(named) else Path.home() / unix
    except RuntimeError:
        return None
    return base / "fastreview"
