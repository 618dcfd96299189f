"""Dockerfiles by the rules of the Dockerfile reference."""

from fastreview.gather.files.containers import instructions, is_container_file, parse, python_of

from .conftest import Gather

MULTI_STAGE = """# syntax=docker/dockerfile:1
ARG PYTHON=3.12
ARG BASE=python:${PYTHON}-slim
FROM --platform=$BUILDPLATFORM ${BASE} AS Builder
RUN apt-get update \\
    # a comment between

    && apt-get install -y gcc
FROM ${REGISTRY:-docker.io}/library/python:3.11
COPY --from=builder /app /app
USER 1000
CMD ["uvicorn", "app:app"]
"""


def test_stages_arguments_and_continuation() -> None:
    first, last = parse(MULTI_STAGE)
    assert (first.image, first.name, first.line) == ("python:3.12-slim", "builder", 4)
    assert first.instructions[0].value == "apt-get update && apt-get install -y gcc"
    assert first.instructions[0].line == 5
    assert last.image == "docker.io/library/python:3.11"
    assert [found.keyword for found in last.instructions] == ["COPY", "USER", "CMD"]
    assert last.instructions[-1].exec_form
    assert last.instructions[-1].line == 12


def test_heredocs_are_not_instructions() -> None:
    (stage,) = parse('FROM x\nRUN <<EOF\nUSER root\nFROM y\nEOF\nCOPY <<-"A" <<B /d/\n\tone\n\tA\ntwo\nB\nUSER me\n')
    assert [found.keyword for found in stage.instructions] == ["RUN", "COPY", "USER"]
    assert "USER root" in stage.instructions[0].value
    assert stage.instructions[-1].line == 11


def test_a_heredoc_that_never_ends_and_shell_that_looks_like_one() -> None:
    (stage,) = parse("FROM x\nRUN cat <<EOF\nUSER me\nRUN grep a <<< word\nUSER you\n")
    assert [found.keyword for found in stage.instructions] == ["RUN", "USER", "RUN", "USER"]


def test_the_escape_directive_and_shell_form() -> None:
    (stage,) = parse('# escape=`\nFROM x\nRUN a `\n  b\nCMD [not json]\nHEALTHCHECK --interval=5s CMD ["a"]\n')
    assert stage.instructions[0].value == "a b"
    assert [found.exec_form for found in stage.instructions] == [False, False, True]


def test_python_of_the_stage_that_ships() -> None:
    assert python_of(parse("FROM python:3.12-slim AS base\nFROM node:20 AS web\nFROM base\n")) == "3.12"
    assert python_of(parse("FROM ghcr.io/astral-sh/uv:python3.13-slim\n")) == "3.13"
    assert python_of(parse("FROM ubuntu:24.04\n")) == ""
    assert python_of(parse("FROM a AS b\nFROM b AS a\n")) == ""


def test_names() -> None:
    for name in (
        "Dockerfile",
        "Dockerfile.prod",
        "api.dockerfile",
        "backend.Dockerfile",
        "Containerfile",
        "dockerfile-dev",
    ):
        assert is_container_file(name), name
    for name in ("Dockerfile.dockerignore", "dockerfile.md", "dockerfile.py", "my_dockerfiles.txt", ".dockerignore"):
        assert not is_container_file(name), name


def test_ignore_file_and_what_is_about_python(gather: Gather) -> None:
    facts = gather(
        {
            "service/docker/Dockerfile": "FROM python:3.12\n",
            "service/web/Dockerfile": "FROM node:20\nRUN npm ci\n",
            "service/web/Dockerfile.dockerignore": "x",
            ".dockerignore": ".git",
            "service/Dockerfile.empty": "# nothing\n",
            "neighbour/Dockerfile": "FROM x\n",
            "deploy/Dockerfile": "FROM python:3.12\n",
        },
        "service",
    )
    assert [(found.path, found.ignore_file, found.python) for found in facts.containers] == [
        ("docker/Dockerfile", "../.dockerignore", True),
        ("web/Dockerfile", "web/Dockerfile.dockerignore", False),
        ("../deploy/Dockerfile", "../.dockerignore", True),
    ]
    assert facts.unreadable == (("Dockerfile.empty", "has no FROM instruction"),)
    assert facts.python_wanted == "3.12"


def test_what_an_image_does_when_it_is_built_upon() -> None:
    found = instructions('FROM a\nONBUILD RUN <<-EOF\nUSER root\n\tEOF\nONBUILD CMD ["serve"]\nUSER app\n')
    assert [(one.keyword, one.line, one.exec_form) for one in found] == [
        ("FROM", 1, False),
        ("ONBUILD", 2, False),
        ("ONBUILD", 5, True),
        ("USER", 6, False),
    ]
    assert found[1].value == "RUN <<-EOF\nUSER root"


def test_a_heredoc_that_nothing_closes_is_named_and_the_rest_is_read(gather: Gather) -> None:
    facts = gather({"Dockerfile": "FROM python:3.13\nRUN <<END\npip install x\nUSER app\n"})
    assert facts.unreadable == (("Dockerfile", "broken Dockerfile: nothing closes the heredoc END"),)
    assert [one.keyword for one in facts.containers[0].stages[0].instructions][-1] == "USER"
    assert not gather({"Dockerfile": "FROM python:3.13\nRUN cat <<A <<B\nx\nA\ny\nB\nRUN echo $((1<<2))\n"}).unreadable
