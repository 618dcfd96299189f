"""What this process needs of the system: three open streams before a command runs, and an end that cleans up."""

import atexit
import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import NoReturn

INTERRUPTED = 130


def prepare_process() -> None:
    """Prepares streams and signals; harmless when called again."""
    _open_closed_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal or a file that cannot take a sign gets a question mark, not half a page and an error.
        sys.stdout.reconfigure(errors="replace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


def end_process(code: str | int | None) -> NoReturn:
    """Ends the process as `SystemExit` of ``code`` does, but for the objects that are left: the system takes them back at
    once, the interpreter one by one (a tenth of a second on a large project)."""
    if isinstance(code, str) or threading.active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - what `sys.exit` calls; there is no public name
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code or 0)


def _open_closed_streams() -> None:
    """``fastreview >&-``: else the next file that is opened gets the number of standard output, and what is printed."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            device = os.open(os.devnull, os.O_RDWR)
            if device != number:
                os.dup2(device, number)
                os.close(device)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115 - stays open


def _terminate(number: int, _: object) -> None:
    """What a cancelled CI job gets: as an exception, it ends the imported app and removes its scratch folder."""
    # A second one would interrupt that.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)
