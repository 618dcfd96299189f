"""Long fuzzing of the static side: `python tests/benchmarks/fuzz.py CORPUS... --seconds 3600`.

Takes a few files of one folder below each CORPUS at a time, mutates them, gathers their facts and runs the model and
every check over them. What raises, crashes a check or takes longer than the limit is printed with its seed and kept in
--failures; `--only SEED` runs that one again. The seed fixes the files and all mutations.
"""

# ruff: noqa: T201, S311 - what it prints is its result; seeds must be reproducible, not secret

import argparse
import faulthandler
import gc
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), *(str(ROOT / part) for part in ("reviewer", "checks", "reports"))]

from tests.benchmarks.mutations import gathered, mutated, review  # noqa: E402

LIMIT_SECONDS = 20
"""For one project of a few files: a hundred times what it usually takes."""
MAX_FILES = 6
REPORT_SECONDS = 60
PLACES = ("app/", "app/", "app/api/", "tests/test_", "migrations/")


class TookTooLong(BaseException):
    """Not an `Exception`: the engine catches those of a check."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="+", help="a folder with Python files")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first execution; the next has the next seed")
    parser.add_argument("--only", type=int, help="run this seed alone and show its traceback")
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"))
    given = parser.parse_args()
    folders = [folder for corpus in given.corpus for folder in _folders(corpus)]
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _stop)
    if given.only is not None:
        return _report(given.only, _execute(given.only, folders, given.failures), Counter())
    return _run(folders, given.seconds, given.seed, given.failures)


def _run(folders: Sequence[Sequence[Path]], seconds: float, seed: int, failures: Path) -> int:
    start = reported = time.monotonic()
    kinds: Counter[str] = Counter()
    done = files = 0
    slowest = (0, 0)
    while time.monotonic() - start < seconds:
        begun = time.process_time()
        count, problem = _execute(seed, folders, failures)
        slowest = max(slowest, (round(1000 * (time.process_time() - begun)), seed))
        done, files = done + 1, files + count
        if problem:
            _report(seed, (count, problem), kinds)
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            elapsed = reported - start
            print(
                f"{elapsed:6.0f} s  {done} projects, {files} files, {kinds.total()} failures, slowest {_shown(slowest)}",
                flush=True,
            )
        seed += 1
    print(f"{done} projects of {files} mutated files in {time.monotonic() - start:.0f} s; next seed {seed}")
    print(f"{kinds.total()} failures, {len(kinds)} kinds, slowest {_shown(slowest)}")
    for kind, times in kinds.most_common():
        print(f"{times:6}  {kind}")
    return 1 if kinds else 0


def _shown(slowest: tuple[int, int]) -> str:
    milliseconds, seed = slowest
    return f"{milliseconds} ms (seed {seed})"


def _folders(corpus: Path) -> list[list[Path]]:
    """The Python files below ``corpus``, by folder: files of one folder import each other."""
    found: dict[Path, list[Path]] = {}
    for path in sorted(corpus.rglob("*.py")):
        if path.is_file() and 0 < path.stat().st_size < 100_000:
            found.setdefault(path.parent, []).append(path)
    return list(found.values())


def _execute(seed: int, folders: Sequence[Sequence[Path]], failures: Path) -> tuple[int, str]:
    """How many files were used, and the traceback of what went wrong, or ""."""
    rng = random.Random(seed)
    folder = rng.choice(folders)
    files = rng.sample(folder, min(len(folder), rng.randint(1, MAX_FILES)))
    sources = [(rng.choice(PLACES) + path.name, mutated(path.read_bytes(), rng)) for path in files]
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
    # A hang inside the interpreter's own parser is not interrupted by a signal.
    faulthandler.dump_traceback_later(3 * LIMIT_SECONDS, exit=True)
    try:
        review([gathered(path, data) for path, data in sources])
    except (Exception, TookTooLong):  # noqa: BLE001 - whatever it is, it is what was looked for
        for path, data in sources:
            target = failures / str(seed) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return len(sources), traceback.format_exc(limit=-12)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        if not seed % 50:
            gc.collect()
    return len(sources), ""


def _report(seed: int, outcome: tuple[int, str], kinds: Counter[str]) -> int:
    _, problem = outcome
    if not problem:
        return 0
    kind = " < ".join(line.strip() for line in reversed(problem.strip().splitlines()[-3:]))[:300]
    kinds[kind] += 1
    if kinds[kind] <= 2:
        print(f"seed {seed}\n{problem}", flush=True)
    return 1


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong(f"longer than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
