import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

WritePack = Callable[[Mapping[str, str]], str]

_numbers = count(1)


@pytest.fixture
def write_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WritePack]:
    """Writes files (path in the package: text) as an importable pack, and returns the package's name."""
    written: list[str] = []

    def write(files: Mapping[str, str]) -> str:
        package = f"fakepack{next(_numbers)}"
        for path, text in {"__init__.py": "", **files}.items():
            target = tmp_path / package / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (target.parent / "__init__.py").touch()
            target.write_text(text, "utf-8")
        written.append(package)
        return package

    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] in written]:
        del sys.modules[name]
