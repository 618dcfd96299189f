"""Start commands and the targets of task runners."""

from .conftest import Gather


def test_makefile(gather: Gather) -> None:
    facts = gather(
        {
            "Makefile": "X := 1\n.PHONY: test\ntest lint: install ## help\n\t@pytest \\\n\t  -x\n\t# no\n"
            "run: ; uvicorn a:b\nifeq ($(X),1)\nendif\n"
        }
    )
    assert [(found.name, found.run, found.needs, found.line) for found in facts.targets] == [
        ("test", "pytest -x", ("install",), 3),
        ("lint", "pytest -x", ("install",), 3),
        ("run", "uvicorn a:b", (), 7),
    ]
    assert ("Makefile", 7, "uvicorn a:b") in facts.commands


def test_variables_of_a_makefile(gather: Gather) -> None:
    makefile = "BIN = .venv/bin\nRUFF := $(BIN)/ruff\nLOOP = $(LOOP)x\nlint:\n\t$(RUFF) check ${UNKNOWN} $(LOOP)\n"
    [target] = gather({"Makefile": makefile}).targets
    assert target.run.startswith(".venv/bin/ruff check ${UNKNOWN} $(LOOP)")


def test_the_other_runners(gather: Gather) -> None:
    facts = gather(
        {
            "justfile": "set dotenv-load\nx := 'y'\ntest *args: lint\n    pytest {{args}}\nlint:\n    ruff check\n",
            "Taskfile.yml": "tasks:\n  t:\n    deps: [d]\n    cmds: [pytest, {task: other}]\n  d: echo\n",
            "tox.ini": "[tox]\nenvlist = py\n[testenv]\ncommands =\n    pytest\n[testenv:lint]\ncommands = ruff\n",
            "noxfile.py": "import nox\n@nox.session\ndef tests(session):\n    session.run('pytest', '-x')\n",
            "pyproject.toml": '[tool.poe.tasks]\nt = "pytest"\ns = {cmd = "x"}\n'
            '[tool.hatch.envs.default.scripts]\nall = ["a", "b"]\n',
            "Pipfile": '[scripts]\nserve = "uvicorn a:b"\n',
        }
    )
    found = {(target.runner, target.name): (target.run, target.needs) for target in facts.targets}
    assert found == {
        ("just", "test"): ("pytest {{args}}", ("lint",)),
        ("just", "lint"): ("ruff check", ()),
        ("task", "t"): ("pytest", ("d", "other")),
        ("task", "d"): ("echo", ()),
        ("tox", ""): ("pytest", ()),
        ("tox", "lint"): ("ruff", ()),
        ("nox", "tests"): ("pytest -x", ()),
        ("poe", "t"): ("pytest", ()),
        ("poe", "s"): ("x", ()),
        ("hatch", "all"): ("a\nb", ()),
        ("pipenv", "serve"): ("uvicorn a:b", ()),
    }


def test_start_commands(gather: Gather) -> None:
    facts = gather(
        {
            "Procfile": "web: uvicorn a:b\n",
            "scripts/start.sh": "#!/bin/sh\n# c\nexec uvicorn \\\n  a:b\n",
            "scripts/lint": "#!/usr/bin/env bash\nmypy\n",
            "scripts/data": b"\x00\x01\x00",
            "supervisord.conf": "[program:x]\ncommand=gunicorn a:b\n",
            "gunicorn.conf.py": "import os\nworkers = int(os.environ['N'])\n",
            "deploy/x.service": "[Service]\nExecStart=/bin/uvicorn a:b\n",
        }
    )
    assert set(facts.commands) == {
        ("Procfile", 1, "web: uvicorn a:b"),
        ("scripts/start.sh", 3, "exec uvicorn a:b"),
        ("scripts/lint", 2, "mypy"),
        ("supervisord.conf", 2, "command: gunicorn a:b".removeprefix("command: ")),
        ("gunicorn.conf.py", 2, "workers = int(os.environ['N'])"),
        ("deploy/x.service", 2, "/bin/uvicorn a:b"),
    }
    assert facts.unreadable == ()
