"""What reaches a dangerous call from a request, and what stops it on the way."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from tests.checks.conftest import Evaluated

from fastreview.gather.facts import gather_static
from fastreview.project import Project
from fastreview_checks.knowledge.security.sinks import addresses, injections
from fastreview_checks.knowledge.taint import Source, Taint, is_checked

HEAD = """
    import os
    from enum import Enum
    from pathlib import Path
    from typing import Annotated
    from uuid import UUID

    import httpx
    from fastapi import FastAPI, Query, Request, UploadFile
    from pydantic import BaseModel, field_validator

    app = FastAPI()


    class Wanted(BaseModel):
        name: str
        size: int
        sort: str

        @field_validator("sort")
        @classmethod
        def known(cls, value: str) -> str:
            return value
"""


def project_of(root: Path, files: Mapping[str, str]) -> Project:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), "utf-8")
    return Project(gather_static(root), {})


def arriving_in(root: Path, text: str) -> tuple[Source | None, Project]:
    project = project_of(root, {"app/main.py": dedent(HEAD) + dedent(text)})
    found = [Taint(project).of(given, site.code) for site, _, given in injections(project)]
    assert len(found) == 1
    return found[0], project


def source_in(root: Path, text: str) -> Source | None:
    return arriving_in(root, text)[0]


def endpoint(parameters: str, *body: str, before: str = "", method: str = "get") -> str:
    """An endpoint of these parameters and lines, with functions in front of it."""
    lines = "".join(f"    {line}\n" for line in body)
    return f"{before}\n@app.{method}('/a')\nasync def a({parameters}) -> None:\n{lines}"


REACHING = {
    "a query parameter": endpoint("name: str", "open(f'/data/{name}')"),
    "one without a type": endpoint("name", "open('/data/' + name)"),
    "a field of the body": endpoint("body: Wanted", "open('/data/' + body.name.strip())", method="post"),
    "the name of an upload": endpoint("file: UploadFile", "open(os.path.join('/data', file.filename))", method="post"),
    "that of one of several": endpoint(
        "files: list[UploadFile]", "for one in files:", "    open(one.filename)", method="put"
    ),
    "the query of the request": endpoint("request: Request", "open(request.query_params['name'])"),
    "the body as JSON": endpoint(
        "request: Request", "body = await request.json()", "open(body['name'])", method="post"
    ),
    "a variable changed in place": endpoint("name: str", "name = name.strip()", "open(name)"),
    "two calls further": endpoint(
        "name: str",
        "two(name)",
        before="def one(path):\n    open(path)\n\ndef two(path):\n    one(path)\n",
    ),
    "what a function makes of it": endpoint(
        "name: str", "open(path_of(name))", before="def path_of(name):\n    return '/data/' + name\n"
    ),
}
STOPPED = {
    "a number": endpoint("number: int", "open(f'/data/{number}')"),
    "a UUID": endpoint("name: UUID", "open(f'/data/{name}')"),
    "a pattern": endpoint("name: Annotated[str, Query(pattern='^[a-z]+$')]", "open(name)"),
    "a number in the body": endpoint("body: Wanted", "open(f'/data/{body.size}')", method="post"),
    "a field with a validator": endpoint("body: Wanted", "open(body.sort)", method="post"),
    "only the last part": endpoint("file: UploadFile", "open('/data/' + Path(file.filename).name)", method="post"),
    "a look-up": endpoint("name: str", "open(KNOWN[name])", before="KNOWN = {'a': '/a'}\n"),
    "dots cut out": endpoint("name: str", "name = name.replace('.', '')", "open(name)"),
    "a new value": endpoint("name: str", "name = look_up(name)['path']", "open(name)"),
}


@pytest.mark.parametrize("text", REACHING.values(), ids=REACHING)
def test_reaches(text: str, tmp_path: Path) -> None:
    source, project = arriving_in(tmp_path, text)

    assert source is not None
    assert not is_checked(source, project)
    assert not source.glued


@pytest.mark.parametrize("text", STOPPED.values(), ids=STOPPED)
def test_is_stopped(text: str, tmp_path: Path) -> None:
    assert source_in(tmp_path, text) is None


def test_a_condition_on_the_way_is_a_check(tmp_path: Path) -> None:
    source, project = arriving_in(
        tmp_path,
        "@app.get('/a')\ndef a(name: str) -> None:\n    if name not in ('a', 'b'):\n        return\n    open(name)\n",
    )

    assert source is not None
    assert is_checked(source, project)


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        ("if wanted not in KNOWN:\n        raise ValueError", True),
        ("for one in KNOWN:\n        if wanted in one:\n            return\n    raise ValueError", True),
        ("if wanted not in KNOWN:\n        log(wanted)", False),
        ("if other not in KNOWN:\n        raise ValueError", False),
    ],
)
def test_a_function_that_refuses_what_is_unknown_is_a_check(body: str, checks: bool, tmp_path: Path) -> None:
    refusing = f"KNOWN = ['a']\n\ndef find(wanted, other=None):\n    {body}\n"
    source, project = arriving_in(tmp_path, endpoint("name: str", "find(name)", "open(name)", before=refusing))

    assert source is not None
    assert is_checked(source, project) is checks


@pytest.mark.parametrize(
    ("path", "glued"),
    [
        ("f'config/config.{name}.yaml'", True),
        ("'config/config.' + name", True),
        ("Path('config') / f'v{name}'", True),
        ("f'{CODE}_{name}_{CODE}'", True),
        ("f'{CODE}_{name}/{CODE}'", False),
        ("f'config/{name}.yaml'", False),
        ("f'{name}.yaml'", False),
        ("f'v{name}/{name}'", False),
    ],
)
def test_behind_a_part_of_a_name_a_path_leads_nowhere(path: str, glued: bool, tmp_path: Path) -> None:
    source = source_in(tmp_path, endpoint("name: str", f"open({path})"))

    assert source is not None
    assert source.glued is glued


@pytest.mark.parametrize(
    ("address", "decided"),
    [
        ("name", True),
        ("f'https://{name}/x'", True),
        ("f'https://example.com/{name}'", False),
        ("'/items/' + name", False),
        ("name + '/x'", True),
    ],
)
def test_an_address_is_decided_by_how_it_begins(address: str, decided: bool, tmp_path: Path) -> None:
    text = f"{dedent(HEAD)}\n@app.get('/a')\ndef a(name: str) -> None:\n    httpx.get({address})\n"
    project = project_of(tmp_path, {"app/main.py": text})
    [(site, _, given)] = addresses(project)

    assert (Taint(project, start=True).of(given, site.code) is not None) is decided


@pytest.mark.parametrize(
    ("parameters", "body", "found"),
    [
        ("names: list[str]", "text('select 1 where ' + ' and '.join([f'name = {n}' for n in names]))", 1),
        ("name: str", "text('select 1 where name = ' + name.replace('a', 'b'))", 1),
        ("asked: Asked = Depends()", "text(f'select 1 order by {asked.sort}')", 1),
        ("asked: Asked = Depends()", "text(f'select 1 limit {asked.limit}')", 0),
        ("name: str", "hasattr(Asked, name) and text(f'select {name} from orders')", 0),
        ("name: str", "NAME.search(name) and text(f'select {name} from orders')", 0),
    ],
    ids=["joined", "replaced", "a class of parameters", "its number", "names of attributes", "a pattern"],
)
def test_sql_is_followed_through_what_rewrites_it(evaluated: Evaluated, parameters: str, body: str, found: int) -> None:
    main = f"""
import re
from dataclasses import dataclass

from fastapi import Depends, FastAPI
from sqlalchemy import text

app = FastAPI()
NAME = re.compile("[a-z]+")

@dataclass
class Asked:
    sort: str = "id"
    limit: int = 5

@app.get("/orders")
def orders({parameters}) -> None:
    {body}
"""
    assert len(evaluated("DAT010", {"main.py": main}).findings) == found
