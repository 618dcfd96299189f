"""What git says about the reviewed folder, asked in a way that runs nothing the repository brings along.

A repository's own configuration may name programs: file system monitors, hooks, content filters, transports for objects
that are missing. Each is switched off; git's refusal of repositories that belong to someone else is respected.
"""

import os
import subprocess
from pathlib import Path

from fastreview.facts import GitFacts

SECONDS = 10
MAX_ENVIRONMENT_FILES = 100

_OURS = ":(exclude).fastreview"
"""What mentoring keeps there is no change of the code."""
_EXAMPLES = ("example", "sample", "template", "dist", "tmpl", "default")
_OPTIONS = (
    "--no-optional-locks",  # the index is not refreshed on disk: the folder stays as it is
    "--no-pager",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false",
    "-c", "protocol.allow=never",
)  # fmt: skip


class GitUnavailable(Exception):
    """No facts from git; the text says why, ``how`` what to do about it."""

    def __init__(self, reason: str, how: str = "") -> None:
        super().__init__(reason)
        self.how = how


def git_facts(root: Path, repository: Path) -> GitFacts:
    """Commit and state of the reviewed folder, and the environment files that are committed.

    Raises:
        GitUnavailable: without a repository, without git, or when git does not answer in time.
    """
    if not (repository / ".git").exists():
        raise GitUnavailable("not a git repository")
    filters = without_filters(root)
    state = git_text(
        root,
        *filters,
        "status",
        "--porcelain=v2",
        "--branch",
        "-uno",
        "--ignore-submodules=all",
        "-z",
        "--",
        ".",
        _OURS,
    )
    lines = state.split("\0")
    commit = next((line.rpartition(" ")[2] for line in lines if line.startswith("# branch.oid ")), "")
    dirty = any(line and not line.startswith("#") for line in lines)
    tracked = git_text(root, "ls-files", "-z", "--", ":(glob)**/.env", ":(glob)**/.env.*", ":(glob)**/*.env").split(
        "\0"
    )
    environments = sorted(path for path in tracked if path and not _is_example(path))
    return GitFacts("" if commit == "(initial)" else commit, dirty, tuple(environments[:MAX_ENVIRONMENT_FILES]))


def _is_example(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return any(word in name for word in _EXAMPLES)


def without_filters(root: Path) -> tuple[str, ...]:
    """Options that disarm the content filters of the repository's own configuration; those of the user are trusted."""
    try:
        names = git_text(
            root, "config", "--local", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|process)$"
        )
    except GitUnavailable as problem:
        if problem.how:
            raise
        return ()
    return tuple(word for name in names.split("\0") if name for word in ("-c", f"{name}="))


def git_text(root: Path, *arguments: str, seconds: float = SECONDS) -> str:
    """What `run_git` gives, as text."""
    return run_git(root, *arguments, seconds=seconds).decode("utf-8", "replace")


def run_git(root: Path, *arguments: str, given: bytes = b"", seconds: float = SECONDS) -> bytes:
    """What git prints when it is called in ``root``; ``given`` is its standard input.

    Raises:
        GitUnavailable: without git, or when it fails or does not answer in time.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *_OPTIONS, *arguments],  # noqa: S607 - the user's git, wherever it is
            cwd=root, env=environment, input=given, capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise GitUnavailable("git is not installed", "install git") from None
    except (OSError, subprocess.TimeoutExpired):
        raise GitUnavailable(f"git did not answer within {seconds:g} s", "run `git status` in the project") from None
    if done.returncode == 0:
        return done.stdout
    error = done.stderr.decode("utf-8", "replace")
    if "dubious ownership" in error:
        raise GitUnavailable(
            "the repository belongs to another user", "git config --global --add safe.directory <repository>"
        )
    raise GitUnavailable(" ".join(error.split())[:200] or "git failed")
