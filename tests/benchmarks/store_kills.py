"""Ten reviews at once into one store, each killed at a random moment: what was kept is there, and whole.

    python tests/benchmarks/store_kills.py --rounds 200 [FILE|URL]

A process says that its review is kept when `put` has returned; whatever happens to it after that, the review must come out
of the store as it went in. What was killed earlier may be missing, and must not be there in part.
"""

# ruff: noqa: T201 - what it prints is its result

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from msgspec import Struct, structs

from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess
from fastreview.store import Place, Record, place, put, record, ruler
from fastreview.store.keeping import Store

AT_ONCE = 10
KEYS = ("path:the store that is killed",)
LONGEST = 0.6
"""Seconds after which the last process is killed; most need less for all they do."""


class Tally(Struct):
    """Over all rounds. ``lost`` were acknowledged and are not there, ``broken`` are there and differ."""

    acknowledged: int = 0
    killed: int = 0
    lost: int = 0
    broken: int = 0
    kept: int = 0


def sample(folder: Path) -> Record:
    """A review of a service of some files."""
    for number in range(12):
        (folder / f"part{number}.py").write_text(
            f"def f{number}(x: int) -> int:\n    return x + {number}\n" * 20, "utf-8"
        )
    (folder / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n", "utf-8")
    facts = gather_static(folder)
    review = assess(facts, folder).review
    return record(review, facts, KEYS, ruler(review.tool))


def rounds(at: Place, one: Record, count: int, seed: int) -> Tally:
    """Runs ``count`` rounds of ten processes."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    tally = Tally()
    for number in range(count):
        acknowledged = _round(at, one, number, chance, tally)
        store = Store(at, print)
        there = {found.id for found in store.reviews(KEYS)}
        tally.acknowledged += len(acknowledged)
        tally.lost += len(acknowledged - there)
        recent = [f"r{number}-{worker}" for worker in range(AT_ONCE) if f"r{number}-{worker}" in there]
        tally.broken += sum(store.review(id) != one.review or store.facts(id) != one.facts for id in recent)  # noqa: A001
        tally.kept = len(there)
        store.close()
    return tally


def _round(at: Place, one: Record, number: int, chance: random.Random, tally: Tally) -> set[str]:
    ready, told = os.pipe()
    children = []
    for worker in range(AT_ONCE):
        name = f"r{number}-{worker}"
        pid = os.fork()
        if not pid:
            _live(at, structs.replace(one, id=name, same=name, made=one.made + number + worker / AT_ONCE), told)
        children.append(pid)
    os.close(told)
    # The last one is killed at once, so that a machine on which all are done early tries something too.
    moments = sorted((chance.uniform(0, LONGEST) if pid != children[-1] else 0.0, pid) for pid in children)
    start = time.monotonic()
    for moment, pid in moments:
        time.sleep(max(0.0, start + moment - time.monotonic()))
        os.kill(pid, signal.SIGKILL)
        tally.killed += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    with os.fdopen(ready, "rb") as stream:
        return set(stream.read().decode().split())


def _live(at: Place, own: Record, told: int) -> None:
    """A child's whole life."""
    code = 1
    try:
        put(own, at.waiting)
        os.write(told, f"{own.id}\n".encode())
        Store(at, lambda _: None).close()
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", nargs="?", default="", help="A SQLite file or an address; default: a file of its own.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FASTREVIEW_DATA_DIR"] = f"{folder}/data"
        service = Path(folder, "service")
        service.mkdir()
        at = place(given.store or f"{folder}/kept.db")
        if at is None:
            sys.exit("no store")
        start = time.monotonic()
        tally = rounds(at, sample(service), given.rounds, given.seed)
        print(f"{at.shown}: {given.rounds} rounds of {AT_ONCE} in {time.monotonic() - start:.0f} s")
        print(f"{tally.killed} processes killed before their end, {tally.acknowledged} reviews acknowledged")
        print(f"{tally.kept} kept, {tally.lost} lost, {tally.broken} broken")
        sys.exit(bool(tally.lost or tally.broken))


if __name__ == "__main__":
    main()
