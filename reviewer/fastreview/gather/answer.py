"""What one run of the probe answers, and how it is read: the file was within the project's reach."""

import json
import os
import stat
from pathlib import Path

import msgspec
from msgspec import Struct

from fastreview.facts.app import ProbeFacts

MAX_ANSWER_BYTES = 64_000_000
MAX_ASSUMPTIONS = 300
MAX_EFFECTS = 500


class Need(Struct, frozen=True):
    """What a failed import was missing.

    ``kind`` is one of

    - variable; maybe: a variable that was asked for, perhaps needed; literal: a value given that is no ``type``
    - folder; path: a file, or perhaps a folder; module: a file that a build generates
    - database: its URL is to be for a driver of ``type``, sync or async
    - step: a statement, "path:line", that needs a service

    ``fields`` are those of a model.
    """

    kind: str
    name: str
    type: str = ""
    choices: tuple[str, ...] = ()
    fields: tuple["Need", ...] = ()


class Answer(Struct, frozen=True):
    """What the probe writes; ``done`` is false while it still means to say more."""

    done: bool
    doing: str
    facts: ProbeFacts
    missing: tuple[Need, ...] = ()


def read_answer(path: Path, copy: Path, scratch: Path) -> Answer:
    """The answer with paths below the copy as the project knows them.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it cannot be understood.
    """
    try:
        text = _content(path)
        for place, shown in ((f"{copy}/", ""), (str(copy), "."), (str(scratch), "<scratch>")):
            text = text.replace(json.dumps(place)[1:-1].encode(), shown.encode())
        return msgspec.json.decode(text, type=Answer)
    except FileNotFoundError:
        raise
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _content(path: Path) -> bytes:
    """Of a plain file only: a link could lead anywhere, and a pipe would be waited for."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ANSWER_BYTES:
            raise ValueError("not a file, or too large")
        return file.read(MAX_ANSWER_BYTES)
