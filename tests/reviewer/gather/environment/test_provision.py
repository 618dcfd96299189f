"""Environments made with uv: against an executable that only plays uv, and once for real."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.gather.environment import provision as module
from fastreview.gather.environment.metadata import Metadata
from fastreview.gather.environment.plans import Changes
from fastreview.gather.environment.provision import Provisioned, provision
from fastreview.gather.environment.pythons import Python
from fastreview.gather.environment.wanted import Wanted

PYTHONS = (Python("/python3.13", (3, 13, 0)), Python("/python3.12", (3, 12, 1)), Python("/python3.9", (3, 9, 18)))

# Plays uv: refuses and resolves by a table in answers.json, and writes down how it was called.
FAKE = """\
#!{python}
import json, pathlib, re, sys
here = pathlib.Path({folder!r})
argv = sys.argv[1:]
asked = {{name: pathlib.Path(name).read_text() for name in ("requirements.in", "constraints.txt", "overrides.txt")
         if pathlib.Path(name).exists()}}
with open(here / "calls", "a") as calls:
    calls.write(json.dumps([argv, asked]) + "\\n")
if argv[0] == "venv":
    packages = pathlib.Path(argv[-1], "lib/python3.12/site-packages")
    packages.mkdir(parents=True)
    pathlib.Path(argv[-1], "bin").mkdir()
    pathlib.Path(argv[-1], "bin/python").touch()
    sys.exit()
text = " ".join([*argv, *asked.values()])
for pattern, error in json.loads((here / "answers.json").read_text()):
    if re.search(pattern, text, re.S):
        sys.exit(error)
if argv[1] == "compile":
    never = re.findall(r'(\\S+) ; python_version < "0"', asked["overrides.txt"])
    print("\\n".join(line for line in asked["requirements.in"].split("\\n") if line not in never))
"""


class Player:
    """The fake executable, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "uv"
        self.path.write_text(FAKE.format(python=sys.executable, folder=str(folder)), "utf-8")
        self.path.chmod(0o755)
        self.refuse_when("(?!)", "")

    def refuse_when(self, pattern: str, error: str) -> None:
        """Answer with ``error`` where ``pattern`` is found in the arguments and files of a call."""
        (self.folder / "answers.json").write_text(json.dumps([(pattern, error)]), "utf-8")

    def calls(self, command: str) -> list[list[str]]:
        try:
            rows = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        except FileNotFoundError:
            return []
        return [argv for argv, _ in rows if command in argv]

    def asked(self) -> list[dict[str, str]]:
        rows = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        return [asked for argv, asked in rows if "compile" in argv]


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "uv").mkdir()
    found = Player(tmp_path / "uv")
    monkeypatch.setattr(module, "find_uv", lambda: str(found.path))
    monkeypatch.setattr(module, "installed", lambda _: PYTHONS)
    return found


def asked(*requirements: str, python: str = "", pins: dict[str, str] | None = None) -> Wanted:
    return Wanted(requirements, requirements, pins or {}, python, "", ("requirements.txt",))


def made(answer: Provisioned | str) -> Provisioned:
    assert isinstance(answer, Provisioned), answer
    return answer


NO_WHEEL = "Because greenlet==1.0 has no usable wheels and you require greenlet==1.0, we can conclude"
CONFLICT = "No solution found: because you require fastapi==0.68 and you require pydantic==2.0"


def test_wheels_only_and_found_again(player: Player) -> None:
    first = made(provision(asked("fastapi"), Changes()))
    second = made(provision(asked("fastapi"), Changes()))

    assert first == second
    assert first.record.python == "3.13.0"
    assert first.record.assumptions == ()
    assert len(player.calls("compile")) == 1
    assert player.calls("compile")[0][-2:] == ["--only-binary", ":all:"]


def test_interpreter_that_has_gone(player: Player) -> None:
    first = made(provision(asked("fastapi"), Changes()))
    first.python.unlink()

    assert made(provision(asked("fastapi"), Changes())).python.exists()


def test_older_python_before_a_build(player: Player) -> None:
    player.refuse_when("compile.*python3.1[23]", NO_WHEEL)

    found = made(provision(asked("fastapi", "greenlet==1.0"), Changes()))

    assert found.record.python == "3.9.18"


def test_source_distribution_where_no_python_has_a_wheel(player: Player) -> None:
    player.refuse_when("^(?!.*--no-binary docopt).*compile", NO_WHEEL.replace("greenlet", "docopt"))

    found = made(provision(asked("fastapi", "docopt==1.0"), Changes()))

    assert found.record.python == "3.13.0"
    assert found.record.assumptions == ("docopt had no wheel and was built from its source distribution",)


def test_another_version_before_a_build_that_takes_minutes(player: Player) -> None:
    player.refuse_when("compile.*greenlet==1.0", NO_WHEEL)

    found = made(provision(asked("fastapi", "greenlet==1.0"), Changes()))

    assert player.asked()[-1]["requirements.in"].split() == ["fastapi", "greenlet"]
    assert found.record.assumptions == ("another version of greenlet was taken: greenlet has no wheel for this Python",)


def test_what_the_index_does_not_have_is_left_out(player: Player) -> None:
    player.refuse_when("our-lib>=", "Because our-lib was not found in the package registry and you require our-lib, we")

    found = made(provision(asked("fastapi", "our-lib>=1"), Changes()))

    assert found.record.packages == 1
    assert found.record.assumptions == ("our-lib was left out: the package index does not have our-lib",)


def test_version_that_was_taken_back(player: Player) -> None:
    player.refuse_when("httpx==9", "Because there is no version of httpx==9 and you require httpx==9, we can conclude")

    found = made(provision(asked("fastapi", "httpx==9", pins={"httpx": "9"}), Changes()))

    assert found.record.assumptions == (
        "another version of httpx was taken: the package index does not have the version of httpx that is asked for",
    )


def test_of_versions_that_contradict_the_one_that_was_learnt_stays(player: Player) -> None:
    player.refuse_when("httpx>=1", "Because there is no version of httpx>=1 and you require httpx>=1, we can conclude")

    made(provision(asked("fastapi", "httpx>=1"), Changes(added=("httpx<0.28",))))

    assert player.asked()[-1]["requirements.in"].split() == ["fastapi", "httpx", "httpx<0.28"]


def test_pins_that_exclude_one_another_are_kept_where_they_can(player: Player) -> None:
    # The overrides come last.
    player.refuse_when(r"compile(?!.*pydantic==2\.0\n$)", CONFLICT)
    requirements = asked("fastapi==0.68", "pydantic==2.0", pins={"fastapi": "0.68", "pydantic": "2.0"})

    found = made(provision(requirements, Changes()))

    assert found.record.assumptions == ("versions that exclude one another were installed as they are pinned",)


def test_conflict_that_nothing_helps(player: Player) -> None:
    player.refuse_when("compile", CONFLICT)

    assert provision(asked("fastapi==0.68", "pydantic==2.0"), Changes()) == (
        "the project's packages could not be installed: the versions asked for exclude one another: fastapi, pydantic"
    )
    assert player.asked()[-1]["requirements.in"].split() == ["fastapi", "pydantic"]


def test_what_cannot_be_built_is_left_out(player: Player) -> None:
    player.refuse_when("uwsgi==", "error: Failed to build `uwsgi==2.0.20`\n error: command 'gcc' failed: No such file")

    found = made(provision(asked("fastapi", "uwsgi==2.0.20"), Changes()))

    assert found.record.assumptions == (
        "uwsgi was left out: uwsgi has to be built, and its build failed: there is no C compiler",
    )


def test_what_stands_in_for_a_package_that_needs_the_system(player: Player) -> None:
    player.refuse_when(
        "mysqlclient==", "error: Failed to build `mysqlclient==2.2`\n error: command 'gcc' failed: No such file"
    )

    found = made(provision(asked("fastapi", "mysqlclient==2.2"), Changes()))

    assert player.asked()[-1]["requirements.in"].split() == ["fastapi", "pymysql"]
    assert found.record.assumptions[0] == "pymysql stands in for mysqlclient"
    assert found.record.assumptions[1].startswith("mysqlclient was left out: ")


def test_wheel_of_the_same_code_instead_of_a_build(player: Player) -> None:
    player.refuse_when("psycopg2==", "Because psycopg2==2.9 has no usable wheels and you require psycopg2==2.9, we can")

    found = made(provision(asked("psycopg2==2.9", "fastapi"), Changes()))

    assert found.record.python == "3.13.0"
    assert player.asked()[-1]["requirements.in"].split() == ["psycopg2-binary==2.9", "fastapi"]
    assert found.record.assumptions == ("psycopg2-binary was installed instead of psycopg2: it has wheels",)


def test_extra_that_asks_for_a_build(player: Player) -> None:
    marked = "Because psycopg-c{implementation_name != 'pypy'}==3.2.9 has no usable wheels and psycopg[c]==3.2.9 depends on it"
    player.refuse_when(r"psycopg\[c\]", marked)

    found = made(provision(asked("psycopg[pool,c]==3.2.9", "psycopg[c]", "fastapi"), Changes()))

    assert player.asked()[-1]["requirements.in"].split() == [
        "psycopg[pool,binary]==3.2.9",
        "psycopg[binary]",
        "fastapi",
    ]
    assert found.record.assumptions == ("psycopg-binary was installed instead of psycopg-c: it has wheels",)


def test_loosened_pins_are_recorded(player: Player) -> None:
    player.refuse_when("compile.*==[0-9]", CONFLICT)

    found = made(provision(asked("fastapi==0.68", "pydantic==1.8.2", "tomli==2 ; os_name == 'nt'"), Changes()))

    assert player.asked()[-1]["requirements.in"].splitlines() == [
        "fastapi>=0.68",
        "pydantic>=1.8.2,<2",
        "tomli>=2,<3 ; os_name == 'nt'",
    ]
    assert found.record.assumptions == (
        "pinned versions cannot be installed: newer ones of the same major version were taken",
    )


def test_no_network(player: Player) -> None:
    player.refuse_when("compile", "error: Failed to fetch: `https://index.invalid/simple/fastapi/`")

    reason = "the project's packages could not be installed: the package index could not be reached"
    assert provision(asked("fastapi"), Changes()) == reason
    assert len(player.calls("compile")) == 1
    # It may be back a minute later.
    player.refuse_when("(?!)", "")
    assert isinstance(provision(asked("fastapi"), Changes()), Provisioned)


def test_build_that_fails(player: Player) -> None:
    player.refuse_when("compile", "error: Failed to build `legacy==2.8`\n SyntaxError")

    reason = "the project's packages could not be installed: legacy has to be built, and its build failed"
    assert provision(asked("fastapi", "legacy==2.8"), Changes()) == reason
    calls = len(player.calls("compile"))
    assert provision(asked("fastapi", "legacy==2.8"), Changes()) == reason
    assert len(player.calls("compile")) == calls


def test_heavy_packages_are_left_out(player: Player) -> None:
    found = made(provision(asked("fastapi", "torch"), Changes()))

    assert found.record.assumptions == ("torch was left out: with it there would be more than 2 GB of packages",)
    assert 'torch ; python_version < "0"' in player.asked()[-1]["overrides.txt"]


def test_python_that_is_not_installed(player: Player) -> None:
    found = made(provision(asked("fastapi", python=">=3.14"), Changes()))

    assert found.record.missing_python == "the project asks for Python >=3.14, which is not installed"
    assert found.record.assumptions == (f"{found.record.missing_python}: Python 3.13.0 was used",)


def test_packages_that_need_a_python_that_is_not_installed(player: Player) -> None:
    player.refuse_when("compile", "No solution found: because fastapi==9 depends on Python>=3.14 and you require it")

    assert provision(asked("fastapi", python=">=3.14"), Changes()) == (
        "the project asks for Python >=3.14, which is not installed; with another one its packages could not be "
        "installed: fastapi does not support this Python"
    )


def test_package_that_keeps_asking_for_the_python_that_is_not_installed(player: Player) -> None:
    error = "Because lock-smith==2.0 depends on Python>=3.14 and you require lock-smith==2.0, unsatisfiable."
    player.refuse_when(r"requirements.in(?!.*lock-smith ; python_version).*lock-smith", error)

    found = made(provision(asked("fastapi", "lock-smith==2.0", python=">=3.14"), Changes()))

    assert found.record.left_out == {"lock-smith": "it needs a newer Python than is installed"}
    assert found.record.missing_python == "the project asks for Python >=3.14, which is not installed"


def test_packages_that_need_an_older_python_than_asked_for(player: Player) -> None:
    player.refuse_when("compile.*python3.1[23]", CONFLICT)

    found = made(provision(asked("fastapi", python="3.12"), Changes()))

    assert found.record.assumptions == (
        "Python 3.9.18 was used, though the project asks for 3.12: its packages cannot be installed for that",
    )


def test_environment_before_is_linked_to(player: Player) -> None:
    before = made(provision(asked("fastapi"), Changes()))
    (before.prefix / "lib/python3.12/site-packages/fastapi.py").write_text("x = 1\n", "utf-8")

    after = made(provision(asked("fastapi"), Changes(added=("bcrypt",)), before.prefix))

    assert after.prefix != before.prefix
    assert (after.prefix / "lib/python3.12/site-packages/fastapi.py").read_text("utf-8") == "x = 1\n"
    assert len(player.calls("venv")) == 1
    assert "bcrypt" in player.asked()[-1]["requirements.in"]


def test_project_is_known_by_name(player: Player) -> None:
    wanted = Wanted(("fastapi",), (), {}, "", "", ("pyproject.toml",), packages=(Metadata("My.Shop", "1.2"),))

    found = made(provision(wanted, Changes()))

    text = (found.prefix / "lib/python3.12/site-packages/my_shop-1.2.dist-info/METADATA").read_text("utf-8")
    assert "Name: My.Shop\nVersion: 1.2\n" in text


def test_without_uv(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_uv", lambda: "")

    assert provision(asked("fastapi"), Changes()) == "uv is not installed, so no environment could be made"


def test_without_python(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "installed", lambda _: ())

    assert provision(asked("fastapi"), Changes()) == "no Python interpreter was found to make an environment with"


def test_cache_that_cannot_be_written(player: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "file"))

    assert provision(asked("fastapi"), Changes()) == "no environment could be made: Not a directory"


@pytest.mark.network
def test_real_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path))
    wanted = Wanted(
        ("starlette==0.37.2", 'colorama ; sys_platform == "never"', "fastreview-no-such-package"),
        (), {"anyio": "4.3.0"}, "", "", ("requirements.txt",), packages=(Metadata("my-shop", "1.2"),),
    )  # fmt: skip

    found = made(provision(wanted, Changes()))

    script = """
        import importlib.metadata as m
        print(m.version("starlette"), m.version("anyio"), m.version("my-shop"))
    """
    ran = subprocess.run([found.python, "-c", dedent(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0.37.2", "4.3.0", "1.2"]
    assert found.record.assumptions == (
        "fastreview-no-such-package was left out: the package index does not have fastreview-no-such-package",
    )
