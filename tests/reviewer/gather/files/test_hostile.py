"""Files that are broken, huge, or no files: nothing raises, nothing hangs, every one is named with its reason."""

import os
import time
from pathlib import Path

import pytest

from fastreview.gather.files import gather_files
from fastreview.gather.files.plain import MAX_VALUES, flattened
from fastreview.gather.files.reading import MAX_BYTES, decode
from fastreview.gather.files.yaml_tree import YamlProblem, read_yaml

from .conftest import Gather

NAMES = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "Pipfile.lock",
    "uv.lock",
    "requirements.txt",
    "environment.yml",
    "Dockerfile",
    "docker-compose.yml",
    ".gitlab-ci.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".travis.yml",
    ".drone.yml",
    "bitbucket-pipelines.yml",
    ".woodpecker.yml",
    "k8s/x.yaml",
    "fly.toml",
    "render.yaml",
    "x.nomad",
    ".env",
    "alembic.ini",
    "migrations/versions/x.py",
    "migrations/env.py",
    "yoyo.ini",
    "mypy.ini",
    "pyrightconfig.json",
    ".coveragerc",
    "ruff.toml",
    "renovate.json",
    "Makefile",
    "justfile",
    "Taskfile.yml",
    "tox.ini",
    "noxfile.py",
    "gunicorn.conf.py",
    "run.sh",
    "Procfile",
    "README.md",
    ".pre-commit-config.yaml",
    "prek.toml",
    ".github/workflows/x.yml",
    ".github/actions/a/action.yml",
    ".circleci/config.yml",
    ".github/dependabot.yml",
    "requirements/base.txt",
    "supervisord.conf",
)

CONTENTS = {
    "empty": b"",
    "zero bytes": b"\x00" * 64,
    "noise": bytes(range(256)) * 8,
    "brackets": b"[" * 200_000,
    "braces": b"{a: " * 50_000,
    "dashes": b"- " * 100_000,
    "indents": b"\n".join(b" " * i + b"a:" for i in range(600)),
    "odd scalars": b"jobs: 1\nservices: []\nrepos: x\nstages: {a: [b]}\npipelines: [1]\nsteps: {a: 1}\non: {push: 3}\n",
    "lists everywhere": b"- 1\n- [a, {b: c}]\n- !x y\n",
    "a string": b'"text"',
    "json list": b"[1, 2, {}]",
    "sections": b"[a]\nb\n[a]\n=c\n",
    "html": b"<!DOCTYPE html><script>alert(1)</script>\x1b[31m",
    "utf-16": "[tool]\nx = 1\n".encode("utf-16"),
    "lone surrogate": b"\xed\xa0\x80: \xff\xfe\xfa",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_every_file_with_every_rubbish(gather: Gather, content: bytes) -> None:
    start = time.perf_counter()
    facts = gather(dict.fromkeys(NAMES, content))
    assert time.perf_counter() - start < 5
    for path, reason in facts.unreadable:
        assert path in NAMES
        assert 0 < len(reason) <= 200
        assert "\n" not in reason


def test_a_yaml_bomb_stays_small(gather: Gather) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join(f'*a{i - 1}' for _ in range(10))}]" for i in range(1, 12)]
    bomb = "\n".join([*lines, "version: 2", "updates: *a11", "steps: *a11", "script: *a11", "jobs: {j: {steps: *a11}}"])
    merge = (
        "a: &a {"
        + ", ".join(f"k{i}: 1" for i in range(2_000))
        + "}\n"
        + "".join(f"b{i}: {{<<: *a}}\n" for i in range(5_000))
    )
    facts = gather(
        {
            ".github/dependabot.yml": bomb,
            ".github/workflows/x.yml": bomb,
            ".gitlab-ci.yml": bomb.replace("jobs", "test: {script: *a11}\nx"),
            "docker-compose.yml": merge,
        }
    )
    assert all(len(found.values) <= MAX_VALUES for found in facts.settings)


def test_yaml_limits() -> None:
    for text in ("[" * 200_000, "{a: " * 200_000, "- " * 200_000, "? " * 200_000):
        with pytest.raises(YamlProblem):
            read_yaml(text)
    with pytest.raises(YamlProblem, match="documents"):
        read_yaml("---\na\n" * 1_000)
    (tree,) = read_yaml("a: &x [*x, 1]\nb: !Ref c\nd: !!python/object/apply:os.system [ls]\n")
    assert tree.get("a").strings() == ("1",)
    assert tree.get("b").string() == "c"
    assert flattened(tree)["d"] == ("ls",)


def test_large_files_are_not_read(gather: Gather) -> None:
    facts = gather({"pyproject.toml": b"#" * 10_000_000, "docker-compose.yml": b"#" * (MAX_BYTES + 1)})
    assert facts.unreadable == (
        ("docker-compose.yml", "is larger than 1 MB"),
        ("pyproject.toml", "is larger than 1 MB"),
    )


def test_a_large_lock_file_is_read_fast(gather: Gather) -> None:
    package = (
        '[[package]]\nname = "p%d"\nversion = "1.%d"\nsource = { registry = "x" }\nwheels = [\n'
        + '  { url = "u" },\n' * 40
        + "]\n\n"
    )
    content = "version = 1\n\n" + "".join(package % (i, i) for i in range(2_000))
    start = time.perf_counter()
    facts = gather({"uv.lock": content})
    assert time.perf_counter() - start < 1
    assert len(facts.locks[0].packages) == 2_000


def test_no_regular_file(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.env").write_text("A=1\n")
    root = tmp_path / "project"
    root.mkdir()
    os.mkfifo(root / "requirements.txt")
    os.mkdir(root / "README.md")
    (root / "Dockerfile").symlink_to("Dockerfile")
    (root / ".env").symlink_to(outside / "secret.env")
    (root / "real.env").write_text("B=2\n")
    (root / ".env.local").symlink_to("real.env")
    (root / "linked").symlink_to(outside)
    listing = [
        "requirements.txt",
        "README.md",
        "Dockerfile",
        ".env",
        ".env.local",
        "linked/secret.env",
        "missing.env",
        "a\0.env",
    ]
    facts = gather_files(root, root, listing)
    assert [(found.path, found.values) for found in facts.environments] == [(".env.local", (("B", "2", 1),))]
    reasons = dict(facts.unreadable)
    assert reasons["requirements.txt"] == "is not a regular file"
    assert reasons["README.md"] == "is not a regular file"
    assert reasons[".env"] == "is a link out of the repository"
    assert reasons["linked/secret.env"] == "lies outside the repository"
    assert "Dockerfile" in reasons
    assert "missing.env" in reasons


def test_paths_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("stolen\n")
    root = tmp_path / "a" / "project"
    root.mkdir(parents=True)
    (root / "requirements.txt").write_text("-r ../../requirements.txt\n-r /etc/passwd\nfastapi\n")
    facts = gather_files(root, root, ["requirements.txt"])
    assert [found.name for found in facts.requirements] == ["fastapi"]
    assert dict(facts.unreadable)["../../requirements.txt"] == "lies outside the repository"


def test_encodings() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert decode("fastapi==0.1 # ä\n".encode(encoding)) == "fastapi==0.1 # ä\n"
    assert decode(b"caf\xe9") == "caf\u00e9"


def test_nothing_at_all(gather: Gather) -> None:
    facts = gather({})
    assert facts.unreadable == ()
    assert facts.python_wanted == ""


SLOW = {
    "README.md": "# " + "# " * 200_000 + "x",
    "Makefile": "a" + " " * 400_000 + "=\n",
    "justfile": "a" + " " * 400_000 + "=\n",
    "requirements.txt": "a>=" + " " * 400_000 + "1 \\\n",
    "Jenkinsfile": "pipeline " + "sh" + " " * 190_000,
    "setup.py": "import setuptools\nD = []\nC = [" + "*D, " * 5_000 + "]\nB = [" + "*C, " * 5_000 + "]\n"
    "setuptools.setup(install_requires=[" + "*B, " * 5_000 + "])\n",
    "setup.cfg": "[options]\ninstall_requires =\n" + "".join(f"  p{i}\n" for i in range(50_000)),
    "pyproject.toml": "[project]\ndependencies = [" + "".join(f'"p{i}", ' for i in range(50_000)) + "]\n",
    "deploy/deployment.yaml": "kind: Deployment\napiVersion: v1\n" + "{{/* " * 30_000,
    "k8s/many.yaml": "apiVersion: v1\n" + "kind: Role\n" * 60_000,
    "deploy/x.nomad": 'job "x" {\n' + "check {\n" * 60_000,
    ".gitlab-ci.yml": "".join(
        f".t{i}: {{extends: [{', '.join(f'.t{i + 1}' for _ in range(60))}]}}\n" for i in range(60)
    )
    + "job: {extends: .t0}\n",
    ".circleci/config.yml": "commands:\n"
    + "".join(f"  c{i}: {{steps: [{', '.join(f'c{i + 1}' for _ in range(300))}]}}\n" for i in range(8))
    + "jobs: {j: {steps: [c0]}}\n",
    "migrations/versions/x.py": "revision = (\n" * 50_000,
    ".gitignore": "*a" * 60,
    "a" * 240 + ".env": "A=1\n",
    "gunicorn.conf.py": "a = 1\n" * 100_000,
    "noxfile.py": "@" + "a." * 900 + "b\ndef f(): pass\n",
}


@pytest.mark.parametrize("path", [path for path in SLOW if path != ".gitignore"])
def test_time_stays_bounded(gather: Gather, path: str) -> None:
    start = time.perf_counter()
    gather({path: SLOW[path], ".gitignore": SLOW[".gitignore"]})
    assert time.perf_counter() - start < 4
