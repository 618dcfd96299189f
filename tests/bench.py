"""`make bench PATH=tree`: what a static review costs, side by side with `ast.parse` of the same files and with ruff.

Whole processes from start to exit, the median of three runs each, all in one run of this program: ratios can be
compared between machines, seconds cannot.
"""

# ruff: noqa: T201 - what it prints is its result

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

RUNS = 3
PARSE = """
import ast, gc, pathlib, sys, time
gc.disable()
files = [path.read_bytes() for path in pathlib.Path(sys.argv[1]).rglob("*.py")]
start = time.perf_counter()
for file in files:
    try:
        ast.parse(file)
    except (SyntaxError, ValueError):
        pass
print(time.perf_counter() - start)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--growth", action="store_true", help="Also once, twice and four times the tree, side by side.")
    given = parser.parse_args()
    tree: Path = given.tree.resolve()
    with tempfile.TemporaryDirectory() as folder:
        _costs(tree, Path(folder))
    for times in (1, 2, 4) if given.growth else ():
        with tempfile.TemporaryDirectory() as folder:
            _growth(tree, Path(folder), times)


def _costs(tree: Path, work: Path) -> None:
    # Under its own name: a package imports itself by it.
    copy = work / "tree" / tree.resolve().name
    _copy(tree, copy)
    lines = sum(file.read_bytes().count(b"\n") for file in copy.rglob("*.py") if file.is_file())
    print(f"{tree.name}: {lines:,} lines of Python, {len(os.sched_getaffinity(0))} processors")
    _review(copy, work)  # writes the bytecode
    parse = _median(lambda: _parse(copy, work))
    _show("ast.parse alone", parse, parse)
    _show("review, cold", _median(lambda: _review(copy, work, "--no-cache")), parse)
    _review(copy, work)
    _show("review, warm", _median(lambda: _review(copy, work)), parse)
    _show("review, one function added", _median(lambda: _changed(copy, work)), parse)
    ruff = Path(sys.executable).with_name("ruff")
    if ruff.exists():
        rules = [str(ruff), "check", "--isolated", "--no-cache", "--exit-zero", "-q", "--select", "FAST,ASYNC,S,B"]
        _show("ruff, cold", _median(lambda: _timed([*rules, str(copy)], work)), parse)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(f"{'memory peak of one process':28} {peak:7.0f} MB")


def _growth(tree: Path, work: Path, times: int) -> None:
    """Services beside one another, as in a repository of several."""
    for number in range(times):
        _copy(tree, work / "tree" / f"service_{number}")
    _review(work / "tree", work)
    parse = _median(lambda: _parse(work / "tree", work))
    _show(f"{times} x the lines, cold", _review(work / "tree", work, "--no-cache"), parse)


def _copy(tree: Path, to: Path) -> None:
    shutil.copytree(tree, to, ignore=shutil.ignore_patterns(".git"), symlinks=True)


def _parse(tree: Path, work: Path) -> float:
    return float(_run([sys.executable, "-c", PARSE, str(tree)], work))


def _show(what: str, seconds: float, parse: float) -> None:
    print(f"{what:28} {seconds:7.2f} s  {seconds / parse:6.2f} x ast.parse")


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(RUNS))


def _review(tree: Path, work: Path, *options: str) -> float:
    report = str(work / "review.json")
    return _timed(
        [sys.executable, "-m", "fastreview", "review", str(tree), "--static", "-q", "-o", report, *options], work
    )


def _changed(tree: Path, work: Path) -> float:
    file = max(tree.rglob("*.py"), key=lambda path: path.stat().st_size if path.stat().st_size < 1_000_000 else 0)
    with file.open("ab") as end:
        end.write(b"\n\ndef changed(given: list[int]) -> int:\n    return len(given)\n")
    return _review(tree, work)


def _timed(command: Sequence[str], work: Path) -> float:
    start = time.perf_counter()
    _run(command, work)
    return time.perf_counter() - start


def _run(command: Sequence[str], work: Path) -> str:
    environment = {**os.environ, "FASTREVIEW_CACHE_DIR": str(work / "cache")}
    # An installed fastreview has its bytecode, whatever the shell says that this runs in.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(work / "bytecode")
    done = subprocess.run(command, env=environment, cwd=work, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
