"""Which interpreter imports a project first, and which after a failure."""

import sys
from pathlib import Path

import pytest

from fastreview.facts.app import AppFacts, CodePlace, ProbeFacts
from fastreview.gather.discovery import discover
from fastreview.gather.environment import Environments, Interpreter, rounds
from fastreview.gather.environment.kept import Record
from fastreview.gather.environment.plans import Changes
from fastreview.gather.environment.provision import Provisioned
from fastreview.gather.environment.wanted import Wanted
from fastreview.gather.facts import gather_static

PLACE = CodePlace(path="main.py", line=1)


class Maker:
    """Plays `provision`: answers with an environment, or with the sentence ``refusal``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[Wanted, Changes]] = []
        self.refusal = ""
        self.bases: list[Path | None] = []
        self.left_out: dict[str, str] = {}
        self.metadata: dict[str, str] = {}

    def __call__(self, wanted: Wanted, changes: Changes, base: Path | None = None) -> Provisioned | str:
        self.bases.append(base)
        self.asked.append((wanted, changes))
        if self.refusal:
            return self.refusal
        prefix = self.folder / str(len(self.asked))
        (prefix / "lib/python3.11/site-packages/fastapi").mkdir(parents=True)
        (prefix / "lib/python3.11/site-packages/fastapi-0.110.0.dist-info").mkdir()
        for name, text in self.metadata.items():
            folder = prefix / f"lib/python3.11/site-packages/{name.replace('-', '_')}-1.0.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Name: {name}\n{text}\nRequires-Dist: not a header\n", "utf-8")
        return Provisioned(prefix, Record("3.11.7", 12, ("noted",), left_out=self.left_out))


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    found = Maker(tmp_path / "made")
    monkeypatch.setattr(rounds, "provision", found)
    monkeypatch.setattr(rounds, "_satisfied", lambda *_: False)
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    return found


def begun(root: Path, requirements: str, main: str = "import fastapi\n") -> tuple[Environments, Interpreter | str]:
    root.mkdir(exist_ok=True)
    (root / "requirements.txt").write_text(requirements, "utf-8")
    (root / "main.py").write_text(main, "utf-8")
    facts, found = gather_static(root), discover(root)
    environments = Environments(found.root, found.repository, found.name, environ={"HOME": str(root.parent)})
    return environments, environments.first(facts.files, facts.modules, (".",), ("main",))


def own(root: Path) -> Path:
    prefix = root / ".venv"
    (prefix / "lib/python3.11/site-packages/fastapi").mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin/python").symlink_to(sys.executable)
    (prefix / "pyvenv.cfg").touch()
    return prefix


def failed(error: str, **packages: str) -> ProbeFacts:
    return ProbeFacts("python", "3.11.7", packages, error=f"Importing main raised {error}", error_place=PLACE)


def test_made_from_what_is_declared(tmp_path: Path, maker: Maker) -> None:
    environments, first = begun(tmp_path / "project", "fastapi==0.110.0\n")

    assert isinstance(first, Interpreter)
    assert (first.origin, first.fastapi_version) == ("provisioned", "0.110.0")
    assert maker.asked[0][0].requirements == ("fastapi==0.110.0",)
    facts = environments.facts
    assert (facts.kind, facts.python, facts.packages) == ("provisioned", "3.11.7", 12)
    assert (facts.sources, facts.assumptions) == (("requirements.txt",), ("noted",))


def test_own_environment_comes_first(tmp_path: Path, maker: Maker) -> None:
    (tmp_path / "project").mkdir()
    own(tmp_path / "project")
    environments, first = begun(tmp_path / "project", "fastapi\n")

    assert isinstance(first, Interpreter)
    assert first.origin == "project .venv"
    assert environments.facts.kind == "own"
    assert environments.after(failed("ValueError: no")) is None
    assert maker.asked == []


@pytest.mark.parametrize(
    ("probe", "note"),
    [
        (failed("ModuleNotFoundError: No module named 'jose'"), "it misses a package"),
        (ProbeFacts("python", "", error="The interpreter ended without an answer"), "it does not start"),
    ],
)
def test_own_environment_that_does_not_do(tmp_path: Path, maker: Maker, probe: ProbeFacts, note: str) -> None:
    (tmp_path / "project").mkdir()
    own(tmp_path / "project")
    environments, _ = begun(tmp_path / "project", "fastapi\n")

    other = environments.after(probe)

    assert other is not None
    assert other.origin == "provisioned"
    assert environments.facts.assumptions[0] == f"the project's own environment was not used: {note}"


def test_undeclared_package_is_added_and_remembered(tmp_path: Path, maker: Maker) -> None:
    environments, _ = begun(tmp_path / "project", "fastapi\n")

    assert environments.after(failed("ModuleNotFoundError: No module named 'jose'")) is not None
    assert maker.asked[-1][1] == Changes(added=("python-jose",))
    assert environments.facts.undeclared == (("jose", "python-jose"),)
    app = AppFacts(
        "main:app", factory=False, title="", version="", description="", debug=False, docs_url="", openapi_url=""
    )
    assert environments.after(ProbeFacts("python", "3.11.7", apps=(app,))) is None

    again, _ = begun(tmp_path / "project", "fastapi\n")
    assert maker.asked[-1][1] == Changes(added=("python-jose",))
    assert again.facts.undeclared == (("jose", "python-jose"),)


def test_tries_are_bounded(tmp_path: Path, maker: Maker) -> None:
    environments, _ = begun(tmp_path / "project", "fastapi\n")
    for number in range(20):
        environments.after(failed(f"ModuleNotFoundError: No module named 'missing{number}'"))

    assert len(maker.asked) <= rounds.MAX_ROUNDS


def test_code_for_pydantic_1(tmp_path: Path, maker: Maker) -> None:
    begun(tmp_path / "project", "fastapi\n", "from pydantic import BaseSettings\n")

    assert maker.asked[0][1] == Changes(bounds=("pydantic<2",))


def test_ours_is_the_last_resort(tmp_path: Path, maker: Maker) -> None:
    maker.refusal = "the package index could not be reached"
    environments, first = begun(tmp_path / "project", "fastapi\n")

    assert isinstance(first, Interpreter)
    assert first.origin == "fastreview's own"
    assert environments.facts.kind == "ours"
    assert environments.explained("Importing main failed") == (
        "Importing main failed (imported with fastreview's own packages instead of the project's: the package index "
        "could not be reached)"
    )


def test_package_that_was_left_out_explains_the_failure(tmp_path: Path, maker: Maker) -> None:
    maker.left_out = {"mysqlclient": "it needs MySQL's headers"}
    environments, first = begun(tmp_path / "project", "fastapi\nmysqlclient\n")
    probe = failed("ModuleNotFoundError: No module named 'MySQLdb'")

    assert isinstance(first, Interpreter)
    assert list(first.supplied) == ["MySQLdb.py"]

    standing_in = environments.after(probe)
    assert isinstance(standing_in, Interpreter)
    assert (standing_in.path, standing_in.absent) == (first.path, ("MySQLdb",))
    assert environments.after(probe) is None
    assert environments.explained(probe.error).endswith("'MySQLdb'; it was left out: it needs MySQL's headers")


def test_what_builds_on_a_package_that_is_too_large_is_stood_in_for_too(tmp_path: Path, maker: Maker) -> None:
    maker.left_out = {"torch": "with it there would be more than 2 GB of packages"}
    maker.metadata = {
        "whisper-x": "Requires-Dist: Torch>=2\n",
        "plain": "Requires-Dist: torch ; extra == 'fast'\n",
        "speech": "Requires-Dist: whisper_x\n",
    }
    main = "import fastapi, torch.nn, whisper_x, speech, plain\n"
    environments, first = begun(tmp_path / "project", "fastapi\ntorch\nwhisper-x\nspeech\nplain\n", main)

    other = environments.after(failed("ModuleNotFoundError: No module named 'torch.nn'"))

    assert isinstance(first, Interpreter)
    assert first.absent == ()
    assert isinstance(other, Interpreter)
    assert other.absent == ("speech", "torch", "whisper_x")
