"""By which names a project is known again: on another machine, in another folder, after its repository moved."""

import re
from pathlib import Path

from fastreview.gather.discovery import repository_of
from fastreview.gather.git import GitUnavailable, git_text
from fastreview.store.record import path_key

_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://([^/]+)/(.+)$")
_SHORT_ADDRESS = re.compile(r"([^/:]+):(?!/)(.+)$")
_CREDENTIALS = re.compile(r"^.*@")
_ROOT_SECONDS = 3.0


def project_keys(root: Path) -> tuple[str, ...]:
    """``remote:host/owner/name#folder`` and ``root:<first commit>#folder``, as far as there are any; else the path.

    Services that began as copies of one starter share a first commit: it counts only for repositories without a remote.
    A shallow clone does not know it.
    """
    root = root.resolve()
    repository = repository_of(root)
    folder = "" if root == repository else root.relative_to(repository).as_posix()
    found = []
    if (repository / ".git").exists():
        if remote := plain_remote(_asked(repository, "config", "--get", "remote.origin.url")):
            found.append(f"remote:{remote}#{folder}")
        if _asked(repository, "rev-parse", "--is-shallow-repository") == "false" and (
            first := _asked(repository, "rev-list", "--max-parents=0", "HEAD").split()
        ):
            found.append(f"root:{first[-1]}#{folder}")
    return tuple(found) or (path_key(root),)


def plain_remote(url: str) -> str:
    """``github.com/owner/name`` of any way to write it, without credentials; "" of a path, which is nobody else's."""
    url = url.strip()
    match = _ADDRESS.match(url) or _SHORT_ADDRESS.match(url)
    if match is None:
        return ""
    host = re.sub(r":\d+$", "", _CREDENTIALS.sub("", match[1])).lower()
    path = match[2]
    return f"{host}/{path.strip('/').removesuffix('.git').strip('/')}"[:300]


def _asked(repository: Path, *words: str) -> str:
    try:
        return git_text(repository, *words, seconds=_ROOT_SECONDS).strip()
    except GitUnavailable:
        return ""
