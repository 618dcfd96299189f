"""How many findings a comparison knows again after edits that mend nothing: moves, renames, reformatting, splits.

    python tests/benchmarks/recognition.py [SERVICE ...]      default: the samples

Each edit is made on a copy of the service. A check that reports n findings before and m after has min(n, m) to be known
again: what one edit adds or takes away (an import that can no longer be followed) is no miss, and no hit. The last lines of
the report hold two services against each other: what is known again there by its traces, not by its fingerprint (the
project's, or that of a file called alike), is wrong.
"""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fastreview.compare import identities, matched
from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess
from fastreview.review import FindingEntry, Review

ROOT = Path(__file__).parents[2]
WANTED = 0.95
IGNORED = shutil.ignore_patterns("__pycache__", ".git", ".venv", "venv", "node_modules", "*.pyc")
Edit = Callable[[Path, Review], None]


class Figures(NamedTuple):
    edit: str
    known: int
    there: int

    @property
    def share(self) -> float:
        return self.known / self.there if self.there else 1.0


def review_of(folder: Path) -> Review:
    return assess(gather_static(folder), folder).review


def known_again(edit: str, before: Review, after: Review) -> Figures:
    old, new = (Counter(finding.check for finding in review.findings) for review in (before, after))
    pairs = matched(identities(before.findings), identities(after.findings))
    return Figures(edit, len(pairs), sum(min(old[check], new[check]) for check in old))


def python_files(root: Path) -> list[Path]:
    return [file for file in sorted(root.rglob("*.py")) if "tests" not in file.relative_to(root).parts]


def busiest(review: Review, *, besides: Sequence[str] = ()) -> list[str]:
    """Python files by their findings, most first."""
    counts = Counter(f.path for f in review.findings if f.path.endswith(".py") and not f.path.startswith("../"))
    return [path for path, _ in counts.most_common() if path.rpartition("/")[2] not in ("__init__.py", *besides)]


def rewrite(root: Path, change: Callable[[str], str]) -> None:
    for file in sorted(root.rglob("*.py")):
        text = file.read_text("utf-8", "surrogateescape")
        file.write_text(change(text), "utf-8", "surrogateescape")


def rename_module(root: Path, path: str, to: str) -> None:
    """Moves a module and everything that imports it; ``to`` is its new path."""
    name, new = path.removesuffix(".py").replace("/", "."), to.removesuffix(".py").replace("/", ".")
    (root / to).parent.mkdir(parents=True, exist_ok=True)
    (root / path).rename(root / to)
    folder, last = name.rpartition(".")[0], name.rpartition(".")[2]
    new_last = new.rpartition(".")[2]
    tails = {name, name.partition(".")[2]} - {""}

    def change(text: str) -> str:
        for tail in tails:
            renamed = new if tail == name else new.partition(".")[2]
            text = re.sub(rf"\b(from|import) {re.escape(tail)}\b(?!\.)", rf"\1 {renamed}", text)
        if folder == new.rpartition(".")[0]:
            text = re.sub(rf"\bfrom \.{re.escape(last)} import\b", f"from .{new_last} import", text)
            text = re.sub(
                rf"(\bfrom (?:\.|[\w.]*{re.escape(folder.rpartition('.')[2])}) import [^\n#(]*?)\b{re.escape(last)}\b(?! as)",
                rf"\1{new_last} as {last}", text,
            )  # fmt: skip
        return text

    rewrite(root, change)


def lines_above(root: Path, _: Review) -> None:
    for file in python_files(root):
        text = file.read_text("utf-8", "surrogateescape")
        file.write_text("# a comment\n" * 25 + text, "utf-8", "surrogateescape")


def reformatted(width: int, quotes: str) -> Edit:
    def edit(root: Path, _: Review) -> None:
        options = ["--isolated", "--config", f"line-length={width}", "--config", f"format.quote-style='{quotes}'"]
        ruff = Path(sys.executable).with_name("ruff")
        subprocess.run([ruff, "format", "-q", *options, root], check=False, capture_output=True)

    return edit


def module_renamed(nth: int) -> Edit:
    def edit(root: Path, review: Review) -> None:
        path = busiest(review, besides=("main.py",))[nth]
        rename_module(root, path, f"{path.removesuffix('.py')}_renamed.py")

    return edit


def module_moved(nth: int) -> Edit:
    def edit(root: Path, review: Review) -> None:
        path = busiest(review, besides=("main.py",))[nth]
        folder, _, name = path.rpartition("/")
        (root / folder / "inner").mkdir(exist_ok=True)
        (root / folder / "inner" / "__init__.py").touch()
        rename_module(root, path, f"{folder}/inner/{name}".lstrip("/"))

    return edit


def everything_in_src(root: Path, _: Review) -> None:
    folders = {file.relative_to(root).parts[0] for file in python_files(root)} - {"tests", "migrations", "alembic"}
    (root / "src_moved").mkdir()
    for name in sorted(folders):
        (root / name).rename(root / "src_moved" / name)


def functions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def functions_renamed(root: Path, review: Review) -> None:
    """Every other top-level function of the three busiest files, and wherever it is named."""
    for path in busiest(review)[:3]:
        for node in functions((root / path).read_text("utf-8"))[::2]:
            if len(node.name) > 4:
                rewrite(root, lambda text, name=node.name: re.sub(rf"\b{name}\b(?!=)", f"{name}_anew", text))  # type: ignore[misc]


def classes_renamed(root: Path, review: Review) -> None:
    paths = dict.fromkeys(f.path for f in review.findings if f.path.endswith(".py") and not f.path.startswith("../"))
    names = [
        node.name
        for path in paths
        for node in ast.parse((root / path).read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and len(node.name) > 4
    ]
    for name in names[:6:2]:
        rewrite(root, lambda text, name=name: re.sub(rf"\b{name}\b", f"{name}Anew", text))  # type: ignore[misc]


def functions_reordered(root: Path, review: Review) -> None:
    """The functions of each of the busiest files, from last to first, where nothing else stands between them."""
    for path in busiest(review)[:4]:
        text = (root / path).read_text("utf-8")
        lines = text.splitlines(keepends=True)
        for first, second in reversed(list(pairwise(functions(text)))):
            start, middle = _first_line(first) - 1, _first_line(second) - 1
            end = second.end_lineno or 0
            between = "".join(lines[first.end_lineno : middle]).strip()
            if not between:
                lines[start:end] = [*lines[middle:end], "\n", "\n", *lines[start : first.end_lineno]]
                break
        (root / path).write_text("".join(lines), "utf-8")


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))


def file_split(nth: int) -> Edit:
    """The second half of a file's functions goes to a file of its own, with all imports; the first names them again."""

    def edit(root: Path, review: Review) -> None:
        path = busiest(review)[nth]
        file = root / path
        text = file.read_text("utf-8")
        lines = text.splitlines(keepends=True)
        moved = [n for n in functions(text) if not n.decorator_list][1::2] or functions(text)[-1:]
        imports = [n for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
        head = "".join("".join(lines[n.lineno - 1 : n.end_lineno]) for n in imports)
        body = "\n\n".join("".join(lines[_first_line(n) - 1 : n.end_lineno]) for n in moved)
        for node in reversed(moved):
            del lines[_first_line(node) - 1 : node.end_lineno]
        stem = file.stem
        (file.with_name(f"{stem}_rest.py")).write_text(f"{head}\n\n{body}\n", "utf-8")
        names = ", ".join(n.name for n in moved)
        package = (file.parent / "__init__.py").exists()
        last = max((n.end_lineno or 0 for n in imports), default=0)
        if names:
            lines.insert(last, f"from {'.' if package else ''}{stem}_rest import {names}\n")
        file.write_text("".join(lines), "utf-8")

    return edit


def parameters_renamed(root: Path, _: Review) -> None:
    rewrite(root, lambda text: re.sub(r"\b(\w+)_id\b(?=[:}\s,)])", r"\1_key", text))


EDITS: dict[str, Edit] = {
    "25 lines above everything": lines_above,
    "reformatted to 60 columns, single quotes": reformatted(60, "single"),
    "reformatted to 140 columns, double quotes": reformatted(140, "double"),
    "busiest module renamed": module_renamed(0),
    "second module renamed": module_renamed(1),
    "busiest module moved into a package": module_moved(0),
    "second module moved into a package": module_moved(1),
    "everything moved into another folder": everything_in_src,
    "functions renamed": functions_renamed,
    "classes renamed": classes_renamed,
    "functions reordered": functions_reordered,
    "busiest file split": file_split(0),
    "second file split": file_split(1),
    "parameters renamed": parameters_renamed,
}


def measure(service: Path, edits: Sequence[str] = tuple(EDITS)) -> Iterator[Figures]:
    """One line of figures for each edit of the service."""
    with TemporaryDirectory() as folder:
        base = Path(folder) / "before" / service.name
        shutil.copytree(service, base, ignore=IGNORED, symlinks=True)
        before = review_of(base)
        for name in edits:
            copy = Path(folder) / "after" / service.name
            shutil.rmtree(copy.parent, ignore_errors=True)
            shutil.copytree(base, copy, symlinks=True)
            try:
                EDITS[name](copy, before)
            except (IndexError, SyntaxError, UnicodeDecodeError):
                continue  # the service has no such place to edit
            yield known_again(name, before, review_of(copy))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def misses(before: Sequence[FindingEntry], after: Sequence[FindingEntry]) -> Iterator[str]:
    """What was reported on both sides and not known again, to be read by a person."""
    pairs = matched(identities(before), identities(after))
    gone = [f for i, f in enumerate(before) if i not in pairs.values()]
    come = [f for i, f in enumerate(after) if i not in pairs]
    for one in gone:
        if others := [f for f in come if f.check == one.check]:
            yield f"    {one.check} {one.subject} {one.path}:{one.line} / {others[0].subject} {others[0].path}:{others[0].line}"


def main() -> int:
    services = [Path(argument) for argument in sys.argv[1:]] or [
        ROOT / "samples" / n for n in ("junior", "intermediate")
    ]
    everything: list[Figures] = []
    for service in services:
        say(service.name)
        for figures in measure(service):
            everything.append(figures)
            say(f"  {figures.share:7.1%}  {figures.known:4} of {figures.there:4}  {figures.edit}")
    known, there = sum(f.known for f in everything), sum(f.there for f in everything)
    say(f"{known / there:.1%} of {there} findings known again over {len(everything)} edits; {WANTED:.0%} wanted")
    for first, second in pairwise(services):
        one, other = review_of(first), review_of(second)
        ours, theirs = identities(one.findings), identities(other.findings)
        wrong = [n for n, o in matched(ours, theirs).items() if ours[o].fingerprint != theirs[n].fingerprint]
        say(f"{len(wrong)} of {len(theirs)} taken for one by their traces: {first.name} and {second.name}")
    return int(known / there < WANTED)


if __name__ == "__main__":
    sys.exit(main())
