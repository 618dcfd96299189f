"""Commits that were never reviewed, reviewed now: statically, by today's rules, each file read once however many commits
hold it."""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from fastreview.collector import collector_off
from fastreview.errors import FastreviewError
from fastreview.facts.source import ModuleFacts
from fastreview.forks import processors, shared
from fastreview.gather.facts import gather
from fastreview.gather.git import GitUnavailable
from fastreview.gather.options import Options
from fastreview.gather.scratch import scratch_folder
from fastreview.history.commits import Commit, Replay, Source
from fastreview.pipeline import Choice, assess, nothing_to_assess
from fastreview.store import put, record

MAX_COMMITS = 2_000
PORTION = 8
"""Commits that a process takes at once: neighbours have most files in common."""

Progress = Callable[[int, int], None]


class Replayed(Struct, frozen=True):
    """``kept`` commits were reviewed; ``empty`` hold no service; ``failed`` maps others to why."""

    kept: int = 0
    empty: int = 0
    failed: dict[str, str] = {}


class Job(Struct, frozen=True):
    """How commits are reviewed and where they go: into ``waiting``, from where the store brings them in."""

    source: Source
    choice: Choice
    exclude: tuple[str, ...]
    keys: tuple[str, ...]
    rules: str
    waiting: Path


def backfill(job: Job, commits: Sequence[Commit], progress: Progress) -> Replayed:
    """Reviews ``commits``; what is done stays done when it is interrupted."""
    # A portion is a byte in the queue between the processes.
    size = max(PORTION, -(-len(commits) // 255))
    portions = [commits[at : at + size] for at in range(0, len(commits), size)]
    found = Replayed()
    with scratch_folder() as folder:
        worker = _Worker(job, folder)
        for answer in shared(portions, worker.replay, Replayed, processors(), worker.start):
            found = Replayed(found.kept + answer.kept, found.empty + answer.empty, found.failed | answer.failed)
            progress(found.kept + found.empty + len(found.failed), len(commits))
    return found


class _Memory:
    """Facts of every file of every commit so far, by path and content."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], ModuleFacts] = {}

    def load(self) -> dict[tuple[str, str], ModuleFacts]:
        return self.known

    def save(self, modules: Iterable[ModuleFacts]) -> None:
        self.known.update(((module.path, module.digest), module) for module in modules)


class _Worker:
    """Of each process its own: the folder that it checks out into, and what it has read."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.job = job
        self.folder = folder
        self.memory = _Memory()
        self.shown: dict[int, Replay] = {}

    def start(self) -> None:
        """What this process has to do anyway, while others begin."""
        from fastreview.packs import load

        load()

    def replay(self, commits: Sequence[Commit]) -> Replayed:
        kept = empty = 0
        failed: dict[str, str] = {}
        with collector_off():
            for commit in commits:
                try:
                    done = self.review(commit)
                except (GitUnavailable, FastreviewError, OSError) as problem:
                    failed[commit.hash] = str(problem)[:300]
                else:
                    kept, empty = kept + done, empty + (not done)
        return Replayed(kept, empty, failed)

    def review(self, commit: Commit) -> bool:
        """False where there is no service to assess."""
        job = self.job
        tree = self.shown.get(os.getpid())
        if tree is None:
            tree = self.shown[os.getpid()] = Replay(job.source, self.folder / str(os.getpid()))
        if not tree.show(commit.hash):
            return False
        facts = gather(tree.root, Options(static=True, cache=False, exclude=job.exclude), memory=self.memory)
        if nothing_to_assess(facts):
            return False
        review = assess(facts, tree.root, job.choice).review
        put(
            record(
                review,
                facts,
                job.keys,
                job.rules,
                origin="backfill",
                committed=commit.moment,
                subject=commit.subject,
            ),
            job.waiting,
            # The command brings them in itself, and replays so many at most.
            room=None,
        )
        return True


def missing(commits: Sequence[Commit], known: Collection[str]) -> tuple[Commit, ...]:
    """Those that were not reviewed yet."""
    return tuple(commit for commit in commits if commit.hash not in known)
