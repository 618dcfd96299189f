"""The shape of the tables behind the checks of the event loop, and what tells clients and middleware apart."""

from pathlib import Path

import pytest

from fastreview.gather.facts import gather_static
from fastreview.project import Project
from fastreview_checks.knowledge import blocking, clients, cpu_bound
from fastreview_checks.knowledge.event_loop import networking, timeouts
from fastreview_checks.knowledge.event_loop.client_lives import Anew, Kept, Lives, is_doubtful
from fastreview_checks.knowledge.event_loop.stacks import ordered
from fastreview_checks.knowledge.event_loop.task_groups import GROUPS, SCOPES
from fastreview_checks.knowledge.once import runs_once


def project_of(folder: Path, **files: str) -> Project:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    return Project(gather_static(folder), {})


@pytest.mark.parametrize("name", sorted({*timeouts.NAMES, *clients.NAMES}))
def test_who_speaks_to_others_is_looked_for_where_its_library_is_imported(name: str) -> None:
    package = name.partition(".")[0]
    assert package in networking.LIBRARIES or package in {"urllib", "http"}


def test_a_limit_is_either_missing_or_switched_off() -> None:
    assert timeouts.UNBOUNDED.keys().isdisjoint(timeouts.SWITCHED_OFF)
    assert all(waiting.names for waiting in timeouts.UNBOUNDED.values())


def test_heavy_calls_have_full_names_and_do_not_wait() -> None:
    for name in cpu_bound.BY_NAME:
        assert name.count(".") >= 1, name
        assert blocking.blocking(name) is None, f"{name} is told by ASY001"


def test_groups_are_no_scopes() -> None:
    assert GROUPS.isdisjoint(SCOPES)


@pytest.mark.parametrize(
    ("text", "life"),
    [
        ("import httpx\nclient = httpx.AsyncClient()\n", Kept("client")),
        (
            "import functools\nimport httpx\n\n\n@functools.lru_cache\ndef client():\n    return httpx.Client()\n",
            Kept("client"),
        ),
        (
            "import httpx\n_one = None\ndef client():\n  global _one\n  if not _one:\n    _one = httpx.Client()\n  return _one\n",
            Kept("_one"),
        ),
        ("import httpx\n\n\ndef unused():\n    with httpx.Client() as client:\n        client.get('/')\n", None),
    ],
)
def test_how_long_a_client_lives(tmp_path: Path, text: str, life: Kept | None) -> None:
    project = project_of(tmp_path, main=text)
    [(site, _)] = networking.calls_of(project, clients.NAMES, clients.METHODS)
    assert Lives(project).of(site) == life


def test_a_client_in_an_object_lives_as_long_as_the_object(tmp_path: Path) -> None:
    partner = "import httpx\n\n\nclass Partner:\n    def __init__(self):\n        self.client = httpx.AsyncClient()\n"
    main = (
        "from fastapi import FastAPI\n\nfrom partner import Partner\n\napp = FastAPI()\n\n\n"
        "@app.get('/')\nasync def root():\n    return await Partner().client.get('/')\n"
    )
    project = project_of(tmp_path, partner=partner, main=main)
    [(site, _)] = networking.calls_of(project, clients.NAMES, clients.METHODS)
    life = Lives(project).of(site)
    assert isinstance(life, Anew)
    assert life.label == "GET /"


def test_what_is_added_last_is_outermost(tmp_path: Path) -> None:
    main = (
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n"
        "from fastapi.middleware.gzip import GZipMiddleware\nfrom starlette.middleware import Middleware\n"
        "from starlette.middleware.sessions import SessionMiddleware\n\n"
        "app = FastAPI(middleware=[Middleware(SessionMiddleware, secret_key='x')])\n"
        "app.add_middleware(GZipMiddleware)\napp.add_middleware(CORSMiddleware)\n"
    )
    project = project_of(tmp_path, main=main)
    [app] = project.apps
    assert [m.name for m in ordered(app, project) or ()] == ["CORSMiddleware", "GZipMiddleware", "SessionMiddleware"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("global _one\n    if _one is None:\n        _one = connect()\n    return _one", True),
        ("global _one\n    if _one is not None:\n        return _one\n    _one = connect()\n    return _one", True),
        ("if 'one' in _all:\n        return _all['one']\n    _all['one'] = connect()\n    return _all['one']", True),
        ("if key in _all:\n        return _all[key]\n    _all[key] = connect()\n    return _all[key]", False),
        ("global _one\n    _one = connect()\n    return _one", False),
        ("_all = {}\n    if 'one' not in _all:\n        _all['one'] = connect()\n    return _all", False),
    ],
)
def test_what_a_process_does_once(tmp_path: Path, body: str, expected: bool) -> None:
    text = f"_one = None\n_all = {{}}\n\n\ndef connect():\n    return 1\n\n\ndef kept(key):\n    {body}\n"
    [site] = project_of(tmp_path, main=text).calls("connect")
    assert runs_once(site) is expected


@pytest.mark.parametrize(("test", "expected"), [("not _texts", True), ("_texts is None", True), ("key", False)])
def test_what_fills_a_global_is_called_once(tmp_path: Path, test: str, expected: bool) -> None:
    text = (
        "_texts = {}\n\n\ndef load():\n    global _texts\n    _texts = {}\n\n\n"
        f"def text(key):\n    if {test}:\n        load()\n    return _texts[key]\n"
    )
    [site] = project_of(tmp_path, main=text).calls("load")
    assert runs_once(site) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return await client.get(url, headers=known.get('headers'))", True),
        ("return await client.get('https://rates.example.com')", False),
        ("return await client.get(f'{BASE}/rates')", False),
    ],
)
def test_a_client_for_addresses_that_the_caller_names(tmp_path: Path, body: str, expected: bool) -> None:
    text = (
        "import httpx\n\nBASE = 'https://rates.example.com'\n\n\nasync def fetch(url, known):\n"
        f"    async with httpx.AsyncClient() as client:\n        {body}\n"
    )
    [(site, _)] = networking.calls_of(project_of(tmp_path, main=text), clients.NAMES, clients.METHODS)
    assert is_doubtful(site) is expected


@pytest.mark.parametrize(("given", "expected"), [("self.key", True), ("self.settings.key", False), ("KEY", False)])
def test_a_client_with_the_credentials_of_its_object(tmp_path: Path, given: str, expected: bool) -> None:
    text = (
        "import openai\n\nKEY = 'x'\n\n\nclass Writer:\n    async def write(self):\n"
        f"        return await openai.AsyncOpenAI(api_key={given}).responses.create()\n"
    )
    [(site, _)] = networking.calls_of(project_of(tmp_path, main=text), clients.NAMES, clients.METHODS)
    assert is_doubtful(site) is expected
