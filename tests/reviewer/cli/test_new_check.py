"""`fastreview new-check`: what it writes, and what it refuses."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from fastreview.cli.new_check import new_check
from fastreview.errors import UsageError
from fastreview.packs import load
from fastreview.pages import gaps, read

app = typer.Typer()
app.command()(new_check)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "skeleton_pack"
    folder.mkdir()
    (folder / "__init__.py").touch()
    return folder


def run(pack: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--pack", str(pack)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["FAK001", "thin-ice", "--dimension", "core", "--level", "2", "--gate"],
        ["FAK001", "thin-ice", "--dimension", "async", "--level", "1", "--never"],
        ["FAK001", "thin-ice", "--dimension", "security", "--level", "3", "--credit", "2", "--each", "Project"],
    ],
)
def test_the_skeleton_is_a_check_with_a_complete_page(
    pack: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = run(pack, *arguments)

    fresh = pack.rename(pack.parent / f"skeleton_{arguments[3]}")
    monkeypatch.syspath_prepend(fresh.parent)
    [check] = load([fresh.name]).checks
    assert (check.code, check.slug, check.dimension) == ("FAK001", "thin-ice", arguments[3])
    assert gaps(read(check)) == ()
    assert f"{arguments[3]}/thin_ice.py" in output
    assert "pytest -k FAK001" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fak1", "thin-ice", "--dimension", "core", "--level", "1", "--gate"], '"fak1" is not a code'),
        (["FAK001", "thin_ice", "--dimension", "core", "--level", "1", "--gate"], '"thin_ice" is not a slug'),
        (["FAK001", "lambda", "--dimension", "core", "--level", "1", "--gate"], '"lambda" is not a slug'),
        (["FAK001", "../ice", "--dimension", "core", "--level", "1", "--gate"], "is not a slug"),
        (["FAK001", "thin-ice", "--dimension", "cor", "--level", "1", "--gate"], 'did you mean "core"?'),
        (["FAK001", "thin-ice", "--dimension", "core", "--level", "4", "--gate"], "The level is 1, 2 or 3"),
        (["FAK001", "thin-ice", "--dimension", "core", "--level", "2", "--never"], "1 for a never-event"),
        (["FAK001", "thin-ice", "--dimension", "core", "--level", "1"], "exactly one of --gate, --never and --credit"),
        (
            ["FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--gate", "--credit", "2"],
            "exactly one of --gate, --never and --credit",
        ),
        (["FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--credit", "4"], "1, 2, 3 or 5"),
        (
            ["FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--gate", "--each", "Projekt"],
            'did you mean "Project"?',
        ),
    ],
)
def test_wrong_arguments_are_refused_and_nothing_is_written(pack: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        run(pack, *arguments)

    assert message in str(refused.value)
    assert [path.name for path in pack.rglob("*")] == ["__init__.py"]


def test_a_file_that_is_there_is_not_overwritten(pack: Path) -> None:
    run(pack, "FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--gate")
    before = (pack / "core" / "thin_ice.py").read_text("utf-8")

    with pytest.raises(UsageError, match="is there already"):
        run(pack, "FAK002", "thin-ice", "--dimension", "core", "--level", "1", "--gate")

    assert (pack / "core" / "thin_ice.py").read_text("utf-8") == before


def test_a_code_that_is_taken_is_refused(pack: Path) -> None:
    run(pack, "FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--gate")

    with pytest.raises(UsageError, match="FAK001 is taken by"):
        run(pack, "FAK001", "thick-ice", "--dimension", "data", "--level", "1", "--gate")


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not the folder of a package"):
        run(tmp_path, "FAK001", "thin-ice", "--dimension", "core", "--level", "1", "--gate")
