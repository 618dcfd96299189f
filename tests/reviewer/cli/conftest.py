from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fastreview.cli import main


class Ran(NamedTuple):
    """What a command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs fastreview in this process, with a cache and a history of its own."""
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FASTREVIEW_DATA_DIR", str(tmp_path / "cache" / "data"))

    def run(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        code = end.value.code
        return Ran(code if isinstance(code, int) else int(code is not None), *capfd.readouterr())

    return run
