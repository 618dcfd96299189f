import os
from pathlib import Path

import pytest

from fastreview.gather.module import MAX_BYTES, module_facts
from fastreview.gather.source import gather_source

SAMPLES = Path(__file__).parents[3] / "samples"


def python_files(root: Path) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py")))


def test_keeps_the_order_of_the_paths(tmp_path: Path) -> None:
    for name in ("b.py", "a.py"):
        (tmp_path / name).write_text(f"# {name}\n", "utf-8")
    assert [module.path for module in gather_source(tmp_path, ("b.py", "a.py"), cache=False)] == ["b.py", "a.py"]


def test_several_processes_see_what_one_sees(tmp_path: Path) -> None:
    for number in range(6):
        text = "".join(f"def f{i}(x: int) -> str:\n    return str(x + {number})\n" for i in range(1_000))
        (tmp_path / f"m{number}.py").write_text(text, "utf-8")
    paths = python_files(tmp_path)
    shared = gather_source(tmp_path, paths, cache=False, processes=3)
    assert shared == gather_source(tmp_path, paths, cache=False, processes=1)
    assert [len(module.functions) for module in shared] == [1_000] * 6


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"def f(:\n", "line 1: "),
        (b"<<<<<<< HEAD\nx = 1\n=======\n", "line 1: "),
        ("x = 'é'\n".encode("latin-1"), "not decodable"),
        (b"# coding: no-such-encoding\n", "not decodable"),
        (b"\xff\xfex\x00", "not decodable"),
        (b"x = 1\x00\n", ""),
        (b"(" * 5000, ""),
        (b"x = " + b"-" * 100_000 + b"1\n", ""),
        (b"x = " + b"[" * 250 + b"]" * 250, ""),
    ],
)
def test_what_cannot_be_parsed_says_why(data: bytes, error: str) -> None:
    module = module_facts("x.py", data)
    assert module.parser == "none"
    assert module.error.startswith(error)
    assert module.error


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "data.py").open("wb") as file:
        file.truncate(50_000_000)
    (module,) = gather_source(tmp_path, ("data.py",), cache=False)
    assert (module.parser, module.error) == ("none", f"larger than {MAX_BYTES // 1_000_000} MB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_fifo_that_took_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    (module,) = gather_source(tmp_path, ("x.py",), cache=False)
    assert module.error == "not a regular file"


def test_a_file_that_is_gone_or_forbidden_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (module,) = gather_source(tmp_path, ("x.py",), cache=False)
    assert module.error == "cannot be opened: No such file or directory"
    opened = os.open

    def refuse(path: str, flags: int) -> int:
        if str(path).endswith("x.py"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    (module,) = gather_source(tmp_path, ("x.py",), cache=False)
    assert module.error == "cannot be opened: Permission denied"


def test_progress_ends_with_all_files(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n", "utf-8")
    seen: list[tuple[int, int]] = []
    gather_source(tmp_path, ("a.py", "b.py"), cache=False, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
