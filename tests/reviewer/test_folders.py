"""The user's folders: the platform's own, and none for a user without a home."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fastreview.folders import cache_folder, data_folder, put

FOLDERS = (
    (cache_folder, "FASTREVIEW_CACHE_DIR", "XDG_CACHE_HOME", ".cache", "Library/Caches"),
    (data_folder, "FASTREVIEW_DATA_DIR", "XDG_DATA_HOME", ".local/share", "Library/Application Support"),
)


@pytest.mark.parametrize(("folder", "own", "xdg", "unix", "mac"), FOLDERS)
def test_the_folder_is_where_the_platform_keeps_such_things(
    folder: Callable[[], Path | None],
    own: str,
    xdg: str,
    unix: str,
    mac: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(own, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv(xdg, "/somewhere")
    assert folder() == Path("/somewhere/fastreview")
    monkeypatch.setenv(xdg, "relative")
    assert folder() == tmp_path / unix / "fastreview"
    monkeypatch.setattr("sys.platform", "darwin")
    assert folder() == tmp_path / mac / "fastreview"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert folder() == tmp_path / "Local" / "fastreview"
    monkeypatch.setenv(own, str(tmp_path / "named"))
    assert folder() == tmp_path / "named"


@pytest.mark.parametrize(("folder", "own", "xdg"), [row[:3] for row in FOLDERS])
def test_a_user_without_a_home_has_no_folder(
    folder: Callable[[], Path | None], own: str, xdg: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(own, raising=False)
    monkeypatch.delenv(xdg, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(Path, "home", homeless)
    assert folder() is None


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("refused")

    file = tmp_path / "made" / "kept"
    put(file, b"old")
    put(file, b"new")
    assert file.read_bytes() == b"new"
    monkeypatch.setattr("os.replace", refused)
    with pytest.raises(PermissionError):
        put(file, b"newer")
    assert [(one.name, one.read_bytes()) for one in file.parent.iterdir()] == [("kept", b"new")]
