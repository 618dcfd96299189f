"""What this process needs of the system before a command runs: three open streams, and an end that cleans up."""

import os
import signal
import sys
import threading
from io import TextIOWrapper

INTERRUPTED = 130


def prepare_process() -> None:
    """Prepares streams and signals; harmless when called again."""
    _open_closed_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal or a file that cannot take a sign gets a question mark, not half a page and an error.
        sys.stdout.reconfigure(errors="replace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


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
