"""How the project has pytest started, as far as it bears on one run in one process that we measure."""

import os
import re
import shlex
from collections.abc import Sequence

from fastreview.facts.files import FileFacts

_ALONE = (
    "--cov", "--no-cov", "--html", "--self-contained-html", "--junit", "--xfail-report", "--durations", "--json-report",
    "--reruns", "--only-rerun", "--maxfail", "--exitfirst", "--last-failed", "--lf", "--ff", "--failed-first", "--nf",
    "--stepwise", "--sw", "--pdb", "--trace", "--capture", "--numprocesses", "--dist", "--maxprocesses", "--forked", "--boxed",
    "--tx", "--looponfail", "--random-order", "--randomly", "--profile", "--benchmark", "--cache-clear", "--color",
    "--verbose", "--quiet", "--tb", "--show-capture", "--log-file", "--report", "--memray", "--testmon", "--splits", "--group",
    "--strict-config", "--mypy", "--ruff", "--flake8", "--pylint", "--black", "--isort", "--alluredir", "--timeout",
    "--durations-path", "--picked", "--sparse", "--setup-show", "--snapshot-update", "--emoji", "--rich",
)  # fmt: skip
"""Options by their beginning that are about reports, order, other processes or tools: nothing that decides on the tests."""
_WITH_VALUE = frozenset(
    ("-n", "-r", "-c", "--cov", "--cov-report", "--cov-config", "--cov-fail-under", "--html", "--junitxml", "--junit-xml",
     "--durations", "--maxfail", "--dist", "--numprocesses", "--maxprocesses", "--reruns", "--tb", "--color", "--log-file",
     "--capture", "--timeout", "--tx", "--alluredir", "--splits", "--group", "--timeout-method", "--reruns-delay")
)  # fmt: skip
_SHORT = re.compile(r"^-(?:[vqxs]+|r\w+|n\w+|l)$")
_ASIDE = re.compile(r"^no:(?:cacheprovider|cov|xdist|randomly|random_order)$")


def arguments(files: FileFacts) -> tuple[str, ...]:
    """The project's ``addopts`` without what stands in the way of a run in one process; paths and markers stay."""
    return tuple(_kept(addopts(files)))


def addopts(files: FileFacts) -> list[str]:
    """As words; of the file nearest to the reviewed folder that sets it."""
    found = [one for one in files.settings if one.tool == "pytest" and "addopts" in one.values]
    if not found:
        return []
    nearest = min(found, key=lambda one: (one.path.startswith(".."), one.path.count("/")))
    given = nearest.values["addopts"]
    words = [str(word) for word in given] if isinstance(given, tuple) else [str(given)]
    if isinstance(given, tuple):
        return words
    try:
        return shlex.split(words[0])
    except ValueError:
        return words[0].split()


def _kept(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        name, equals, _ = word.partition("=")
        if word == "-p" and pending:
            plugin = pending.pop(0)
            if not _ASIDE.match(plugin):
                kept += ["-p", plugin]
        elif name in _WITH_VALUE or any(name.startswith(start) for start in _ALONE) or _SHORT.match(word):
            takes = name in _WITH_VALUE and not equals and pending and not pending[0].startswith("-")
            # ``--cov`` alone measures everything: what follows may be a path to tests.
            if takes and (name != "--cov" or not os.path.splitext(pending[0])[1]):
                pending.pop(0)
        else:
            kept.append(word)
    return kept
