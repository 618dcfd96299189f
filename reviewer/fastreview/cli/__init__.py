"""The command line: one file per command, each imported only when it is called.

A first argument that is no command is a folder: ``fastreview ./shop`` is ``fastreview review ./shop``. A folder that is
called like a command is reached as ``./explain``.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from fastreview.cli.process import INTERRUPTED, end_process, prepare_process

_OWN_OPTIONS = frozenset(("--help", "-h", "--version"))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command and ends the process with its exit code: 0 done, 1 gate failed, 2 usage or tool error, 3 nothing
    to assess. With ``arguments`` the process is that of the caller: it goes on with `SystemExit`."""
    if arguments is not None:
        _run(list(arguments))
    try:
        _run(sys.argv[1:])
    except SystemExit as end:
        end_process(end.code)


def _run(given: list[str]) -> NoReturn:
    try:
        prepare_process()
        from fastreview.cli.commands import COMMANDS, program, refuse_misspelt

        if not given or (given[0] not in COMMANDS and given[0] not in _OWN_OPTIONS):
            refuse_misspelt(given)
            given.insert(0, "review")
        verbose = not {"-v", "--verbose"}.isdisjoint(given)
        program(given[0] if given[0] in COMMANDS else "", verbose=verbose)(given, prog_name="fastreview")
        sys.exit()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
