"""What coverage.py measured, as plain data: lines and branches of every file, and which tests executed which lines."""

from __future__ import annotations

import ast
import glob
import os
import sys
from contextlib import suppress

from .places import Project, clean

MAX_FILES = 5_000
CONFIGURED = (".coveragerc", "pyproject.toml", "setup.cfg", "tox.ini")


def main(request, dumps):
    sys.path += list(request["side"])
    answer = {"files": [], "touched": {}, "problem": ""}
    try:
        answer.update(read(request))
    except BaseException as error:
        answer["problem"] = "%s: %s" % (type(error).__name__, clean(error, 300))
    path = request["answer"]
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(dumps(answer))
    os.replace(path + ".part", path)
    os._exit(0)


def read(request):
    import coverage

    os.chdir(request["project"])
    project = Project([request["project"]])
    parts = sorted(glob.glob(glob.escape(request["data"]) + "*"))
    if not parts:
        return {"problem": "nothing was measured"}
    joined = request["answer"] + ".coverage"
    measured = coverage.Coverage(data_file=joined, config_file=False, branch=True, messages=False)
    for pattern in excluded(coverage, request["project"]):
        measured.exclude(pattern)
    measured.combine(parts, strict=False, keep=True)
    data = measured.get_data()
    files, touched = [], {}
    for name in sorted(data.measured_files())[:MAX_FILES]:
        path = project.relative(name)
        if not path:
            continue
        # A file that is gone, or no Python: generated templates have such names.
        with suppress(Exception):
            files.append(file_facts(measured, name, path))
        spans = touches(data, name)
        if spans:
            touched[path] = spans
    return {"files": files, "touched": touched}


def excluded(coverage, root):
    """The project's own patterns for lines that are not to count; none where its settings cannot be read."""
    found = []
    for name in CONFIGURED:
        path = os.path.join(root, name)
        if os.path.isfile(path):
            with suppress(Exception):
                found += coverage.Coverage(config_file=path, messages=False).config.exclude_list
    return list(dict.fromkeys(found))


def file_facts(measured, name, path):
    analysis = measured._analyze(name)
    missing = sorted(analysis.missing)
    branches, executed, absent = 0, 0, []
    if analysis.has_arcs if not callable(getattr(analysis, "has_arcs", None)) else analysis.has_arcs():
        branches = analysis.numbers.n_branches
        executed = branches - analysis.numbers.n_missing_branches
        absent = [[line, to] for line, to in sorted(missing_arcs(analysis))]
    statements = sorted(analysis.statements)
    gone = frozenset(missing)
    return {
        "path": path,
        "executed": [line for line in statements if line not in gone],
        "missing": missing,
        "branches": branches,
        "branches_executed": executed,
        "missing_branches": absent,
    }


def missing_arcs(analysis):
    for line, targets in analysis.missing_branch_arcs().items():
        for target in targets:
            yield line, target


def touches(data, name):
    """[first line, last line, contexts]: neighbouring lines of functions that the same tests executed."""
    bodies = function_lines(name)
    spans = []
    by_line = data.contexts_by_lineno(name)
    for line in sorted(by_line):
        contexts = sorted(context for context in by_line[line] if context)
        if line not in bodies or not contexts:
            continue
        if spans and spans[-1][2] == contexts and line - spans[-1][1] <= 3:
            spans[-1][1] = line
        else:
            spans.append([line, line, contexts])
    return spans


def function_lines(name):
    """Lines inside of functions: the others run when a module is imported, by whichever test comes first."""
    try:
        with open(name, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            last = getattr(node, "end_lineno", None) or node.body[-1].lineno
            found.update(range(node.body[0].lineno, last + 1))
    return found
