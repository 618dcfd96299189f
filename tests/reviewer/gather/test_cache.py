import os
from pathlib import Path

import pytest

from fastreview.facts.source import ModuleFacts
from fastreview.gather import cache, source
from fastreview.gather.cache import FactCache
from fastreview.gather.module import module_facts
from fastreview.gather.source import gather_source


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    for name in ("a.py", "b.py"):
        (root / name).write_text(f"def {name[0]}() -> None: ...\n", "utf-8")
    return root


def extracted(project: Path, monkeypatch: pytest.MonkeyPatch, *paths: str) -> list[str]:
    """The paths that a gathering extracts anew, and not from the cache."""
    anew: list[str] = []
    extract = module_facts

    def noted(path: str, data: bytes) -> ModuleFacts:
        anew.append(path)
        return extract(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(source, "module_facts", noted)
        gather_source(project, paths or ("a.py", "b.py"), cache=True)
    return anew


def cache_file(project: Path) -> Path:
    file = FactCache(project).file
    assert file is not None
    return file


def test_facts_are_extracted_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert extracted(project, monkeypatch) == ["a.py", "b.py"]
    assert extracted(project, monkeypatch) == []
    assert gather_source(project, ("a.py", "b.py"), cache=True) == gather_source(project, ("a.py", "b.py"), cache=False)


def test_only_a_changed_file_is_extracted_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracted(project, monkeypatch)
    (project / "a.py").write_text("x = 1\n", "utf-8")
    assert extracted(project, monkeypatch) == ["a.py"]
    assert extracted(project, monkeypatch) == []


def test_files_that_are_gone_leave_the_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracted(project, monkeypatch)
    extracted(project, monkeypatch, "a.py")
    assert [path for path, _ in FactCache(project).load()] == ["a.py"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "empty", "folder"])
def test_a_damaged_cache_is_rebuilt_without_a_word(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], damage: str
) -> None:
    extracted(project, monkeypatch)
    file = cache_file(project)
    data = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(data[:-7])
        case "flipped":
            file.write_bytes(data[:-7] + bytes([data[-7] ^ 1]) + data[-6:])
        case "foreign":
            file.write_bytes(b"SQLite format 3\0" + data)
        case "empty":
            file.write_bytes(b"")
        case "folder":
            file.unlink()
            file.mkdir()
    assert extracted(project, monkeypatch) == ["a.py", "b.py"]
    if damage != "folder":
        assert extracted(project, monkeypatch) == []
    assert capfd.readouterr() == ("", "")


def test_another_version_starts_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracted(project, monkeypatch)
    monkeypatch.setattr(cache, "_magic", lambda: b"fastreview facts\nanother version.")
    assert extracted(project, monkeypatch) == ["a.py", "b.py"]


def test_a_cache_is_never_kept_inside_the_reviewed_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(project / "cache"))
    extracted(project, monkeypatch)
    assert sorted(os.listdir(project)) == ["a.py", "b.py"]


def test_a_folder_that_cannot_be_written_is_no_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = project.parent / "file"
    blocked.write_text("", "utf-8")
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(blocked / "cache"))
    assert extracted(project, monkeypatch) == ["a.py", "b.py"]


def test_a_half_written_cache_is_never_seen(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracted(project, monkeypatch)
    before = cache_file(project).read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    (project / "a.py").write_text("x = 1\n", "utf-8")
    extracted(project, monkeypatch)
    assert cache_file(project).read_bytes() == before
    assert [path.name for path in cache_file(project).parent.iterdir()] == [cache_file(project).name]


def test_the_oldest_caches_go(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 2)
    folder = cache_file(project).parent
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.facts").write_bytes(b"")
        os.utime(folder / f"{number}.facts", (number, number))
    extracted(project, monkeypatch)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["3.facts", cache_file(project).name])
