"""The imported app, as seen through the probe: ordinary projects, and those that misbehave while they are imported."""

import hashlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fastreview.facts.app import AppFacts, ProbeFacts
from fastreview.gather.app import Candidate, Limits, assumed, gather_app
from fastreview.gather.environment import Interpreter

SAMPLES = Path(__file__).parents[3] / "samples"
OURS = Interpreter(sys.executable, "fastreview's own", "")
QUICK = Limits(seconds=20.0, total_seconds=30.0)
APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def probe(root: Path, target: str = "main:app", *, factory: bool = False, limits: Limits = QUICK) -> ProbeFacts:
    facts = gather_app(root, (".",), (Candidate(target, factory),), OURS, limits)
    assert isinstance(facts, ProbeFacts), facts
    return facts


def only_app(facts: ProbeFacts) -> AppFacts:
    assert facts.error == ""
    (app,) = facts.apps
    return app


def digest(root: Path) -> str:
    """Of every name, kind, mode, content and modification time below ``root``."""
    found = hashlib.sha256()
    for folder, names, files in sorted(os.walk(root)):
        for name in sorted(names + files):
            path = Path(folder, name)
            status = path.lstat()
            found.update(f"{path} {status.st_mode} {status.st_mtime_ns} {status.st_size}".encode())
            if path.is_file():
                found.update(path.read_bytes())
    return found.hexdigest()


def test_junior_sample() -> None:
    root = SAMPLES / "junior"
    before = digest(root)

    app = only_app(probe(root, "app.main:app", limits=Limits()))

    routes = {(method, route.path): route for route in app.routes for method in route.methods}
    place_order = routes["POST", "/orders"]
    lines = (root / "app/main.py").read_text("utf-8").splitlines()
    assert place_order.endpoint.path == "app/main.py"
    assert lines[place_order.endpoint.line - 1].startswith("async def place_order(")
    assert place_order.is_async
    assert place_order.response_models == ("app.schemas.Order",)
    assert [part.call.qualname for part in place_order.dependencies] == ["get_db", "get_current_user"]
    scheme = place_order.dependencies[1].dependencies[0]
    assert (scheme.kind, scheme.security_scheme) == ("security", "HTTPBearer")
    names = [item.name for item in app.middleware]
    assert names.index("ServerErrorMiddleware") < names.index("CORSMiddleware") < names.index("ExceptionMiddleware")
    assert [place.qualname for place in app.startup] == ["create_first_admin"]
    assert app.lifespan is None
    assert "FastAPI(" in lines[app.place.line - 1]
    # The sample creates ./stockroom.db when it is imported: let it, but in the scratch copy.
    assert digest(root) == before


def test_database_file_made_on_import_is_recorded(tmp_path: Path) -> None:
    text = "import sqlite3\nsqlite3.connect('shop.db').execute('create table t (x)')\n" + APP
    facts = probe(write(tmp_path, {"main.py": text}))

    only_app(facts)
    assert [(e.event, e.detail, e.path, e.line) for e in facts.side_effects] == [
        ("write", "sqlite shop.db", "main.py", 2)
    ]
    assert os.listdir(tmp_path) == ["main.py"]


FAILING = {
    "import redis_of_nobody": "raised ModuleNotFoundError: No module named 'redis_of_nobody' (main.py:1)",
    "x = 1\n1 / 0": "raised ZeroDivisionError: division by zero (main.py:2)",
    "def f(:": "raised SyntaxError: ",
    "import sys; sys.exit(3)": "ended the process with sys.exit(3) (main.py:1)",
    "import os; os._exit(3)": "ended the process with os._exit(3) (main.py:1)",
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": "ended the process (signal SIGSEGV)",
    "class E(BaseException):\n  def __str__(self): raise self\nraise E": "raised E: <not printable> (main.py:3)",
    "x = bytearray(10 << 30)": "raised MemoryError (main.py:1)",
    "def f(): f()\nf()": "raised RecursionError",
    "app = 1": "main:app is a int, not a FastAPI application",
    "pass": "main has no attribute app",
    "def app(settings): ...": "raised TypeError: it needs an argument: settings",
    "while True: pass": "Importing main did not finish within 3 seconds (main.py:1)",
    """
import signal, time
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except OSError: pass
time.sleep(99)""": "Importing main did not finish within 3 seconds (main.py:6)",
}
ROUTE = APP + "@app.get('/a')\ndef a(): ...\n"
MISBEHAVING = (
    "print('{\"done\": true}')\nimport sys\nsys.stdout.buffer.write(b'x')\nprint('y' * 100000)",
    "import json\njson.dumps = json.JSONEncoder.encode = json.encoder.JSONEncoder.iterencode = None",
    "import os\nos.closerange(0, 256)",
    "import builtins, io, os\nbuiltins.open = io.open = os.replace = None",
    "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None\nsys.path.clear()",
    "import atexit, time\natexit.register(time.sleep, 99)",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()",
    "import os\nos.mkdir('locked'); os.chmod('locked', 0)\nos.chdir('/')",
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ProbeFacts, float]]:
    """Facts and seconds per module text, two at a time: each costs an interpreter that imports FastAPI."""

    def run(text: str) -> tuple[ProbeFacts, float]:
        start = time.monotonic()
        root = write(tmp_path_factory.mktemp("project"), {"main.py": text})
        seconds = 3.0 if "did not finish" in FAILING.get(text, "") else 20.0
        return probe(root, limits=Limits(seconds=seconds, total_seconds=seconds)), time.monotonic() - start

    texts = [*FAILING, *(ROUTE + text for text in MISBEHAVING)]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(texts, pool.map(run, texts), strict=True))


@pytest.mark.parametrize(("text", "error"), FAILING.items())
def test_import_that_fails(outcomes: dict[str, tuple[ProbeFacts, float]], text: str, error: str) -> None:
    facts, seconds = outcomes[text]

    assert facts.apps == ()
    assert error in facts.error
    assert "\n" not in facts.error
    assert "/" not in facts.error
    assert seconds < 15


@pytest.mark.parametrize("text", MISBEHAVING)
def test_import_that_misbehaves_is_described_all_the_same(
    outcomes: dict[str, tuple[ProbeFacts, float]], text: str
) -> None:
    facts, _ = outcomes[ROUTE + text]

    assert [route.path for route in only_app(facts).routes if route.endpoint.path] == ["/a"]


def test_garbage_where_the_answer_belongs(tmp_path: Path) -> None:
    text = (
        "import os, pathlib, ctypes\n"
        "home = pathlib.Path(os.environ['HOME']).parent\n"
        "(home / 'answer.json').write_bytes(b'\\xff{]' * 1000)\n"
        "ctypes.CDLL(None)._exit(0)\n"
    )
    facts = probe(write(tmp_path, {"main.py": text}))

    assert facts.error == "The answer about the imported app was not readable"


def test_attempts_to_leave_are_refused_and_recorded(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = write(
        tmp_path / "project",
        {
            "main.py": f"""
import os, socket, subprocess, threading
from contextlib import suppress
from fastapi import FastAPI
app = FastAPI()
with suppress(OSError): open({str(elsewhere / "x")!r}, "w")
with suppress(OSError): os.mkdir({str(elsewhere / "y")!r})
with suppress(OSError): open({str(tmp_path / "project" / "z")!r}, "w")
with suppress(OSError): subprocess.run(["touch", {str(elsewhere / "t")!r}])
with suppress(OSError): os.fork()
with suppress(OSError): os.system("true")
with suppress(OSError): socket.create_connection(("192.0.2.1", 80))
with suppress(OSError): socket.getaddrinfo("example.org", 80)
with suppress(OSError): os.kill(os.getppid(), 9)
threading.Thread(target=len, args=("",)).start()
""",
        },
    )
    before = digest(root)

    facts = probe(root)

    only_app(facts)
    seen = {(effect.event, effect.line) for effect in facts.side_effects}
    assert seen == {
        *(("write", line) for line in (6, 7, 8)),
        *(("spawn", line) for line in (9, 10, 11, 14)),
        *(("connect", line) for line in (12, 13)),
        ("thread", 15),
    }
    assert {effect.path for effect in facts.side_effects} == {"main.py"}
    assert os.listdir(elsewhere) == []
    assert digest(root) == before


@pytest.mark.skipif(sys.platform != "linux", reason="ctypes reaches the C library by other ways elsewhere")
def test_process_started_behind_the_audit_hook_does_not_remain(tmp_path: Path) -> None:
    """A double fork by native code, out of the process group, that ignores signals and would outlive its parent."""
    text = """
import ctypes, time
libc = ctypes.CDLL(None)
if libc.fork() == 0:
    libc.setsid()
    if libc.fork() == 0:
        libc.prctl(15, b"left-behind", 0, 0, 0)
        time.sleep(60)
    libc._exit(0)
time.sleep(0.3)
"""
    facts = probe(write(tmp_path, {"main.py": APP + text}))

    only_app(facts)
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and _command(pid) == "left-behind"]


def _command(pid: str) -> str:
    try:
        return Path("/proc", pid, "comm").read_text("utf-8").strip()
    except OSError:
        return ""


def test_environment_of_the_user_is_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_OWN_TOKEN", "secret")
    text = "import os\nassert 'MY_OWN_TOKEN' not in os.environ\nassert not os.environ['HOME'].startswith('/root')\n"

    only_app(probe(write(tmp_path, {"main.py": text + APP})))


def test_settings_are_learnt_from_errors(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            ".env.example": "APP_NAME='from example'\n",
            "settings.py": """
import os
from pydantic import AnyUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="app_")
    name: str
    port: int
    url: AnyUrl
    debug: bool
    hosts: list[str]

settings = Settings()
key = os.environ["THE_KEY"]
""",
            "main.py": APP + "from settings import settings\napp.title = settings.name\n",
        },
    )

    facts = probe(root, limits=Limits())

    assert only_app(facts).title == "from example"
    assert facts.assumptions == (
        "APP_NAME was given a value (from .env.example)",
        "APP_PORT was given a value (invented)",
        "APP_URL was given a value (invented)",
        "APP_DEBUG was given a value (invented)",
        "APP_HOSTS was given a value (invented)",
        "THE_KEY was given a value (invented)",
    )


def test_settings_that_one_file_asks_for_are_learnt_together(tmp_path: Path) -> None:
    names = [f"PART_{number}" for number in range(2 * Limits().attempts)]
    asked = "".join(f"{name.lower()} = os.environ['{name}']\n" for name in names)
    facts = probe(
        write(tmp_path, {"settings.py": f"import os\n{asked}", "main.py": "import settings\n" + APP}), limits=Limits()
    )

    only_app(facts)
    assert facts.assumptions == tuple(f"{name} was given a value (invented)" for name in names)


def test_missing_static_folder_is_made_in_the_copy(tmp_path: Path) -> None:
    text = "from fastapi.staticfiles import StaticFiles\n" + APP + "app.mount('/s', StaticFiles(directory='static'))\n"
    facts = probe(write(tmp_path, {"main.py": text}))

    assert [route.path for route in only_app(facts).routes if route.kind == "static"] == ["/s"]
    assert facts.assumptions == ("the folder static was made in the scratch copy",)
    assert os.listdir(tmp_path) == ["main.py"]


def test_server_run_by_the_module_itself(tmp_path: Path) -> None:
    """What ``uvicorn.run(app)`` at module level ends in when it cannot listen: an exit, with the app already built."""
    facts = probe(write(tmp_path, {"main.py": APP + "@app.get('/a')\ndef a(): ...\nimport sys; sys.exit(1)\n"}))

    assert "/a" in {route.path for route in only_app(facts).routes}
    assert "described as it stood" in facts.warnings[0]


def test_neighbour_called_like_a_module_of_the_probe(tmp_path: Path) -> None:
    files = {"main.py": "import run, places\n" + APP, "run.py": "", "places.py": "", "probe.py": "1/0"}

    only_app(probe(write(tmp_path, files)))


def test_large_files_and_odd_entries_are_not_copied(tmp_path: Path) -> None:
    root = write(tmp_path / "a & b <c>", {"main.py": "open('big.bin', 'rb').read(1)\n" + APP})
    with (root / "big.bin").open("wb") as file:
        file.truncate(200_000_000)
    os.mkfifo(root / "pipe.py")
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to("self")

    only_app(probe(root))


def test_nothing_to_import(tmp_path: Path) -> None:
    assert gather_app(tmp_path, (".",), (), OURS) == "no FastAPI application was found to import"
    nobody = Interpreter(str(tmp_path / "python"), "given", "")
    reason = gather_app(tmp_path, (".",), (Candidate("main:app"),), nobody)
    assert reason == f"the interpreter {tmp_path}/python cannot be run"


def test_interpreter_that_is_none(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho no >&2\nexit 4\n", "utf-8")
    fake.chmod(0o755)
    facts = gather_app(tmp_path, (".",), (Candidate("main:app"),), Interpreter(str(fake), "given", ""), QUICK)

    assert isinstance(facts, ProbeFacts)
    assert facts.error == "The project's interpreter ended without an answer (exit status 4: no)"


def test_nested_settings_by_variable_and_as_json(tmp_path: Path) -> None:
    settings = """
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

class Pool(BaseModel):
    size: int
    name: str = "x"

class Database(BaseModel):
    url: str
    pool: Pool

class Flat(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="A_", env_nested_delimiter="__")
    db: Database

class Whole(BaseSettings):
    db: Database

flat, whole = Flat(), Whole()
"""
    facts = probe(write(tmp_path, {"settings.py": settings, "main.py": "import settings\n" + APP}), limits=Limits())

    only_app(facts)
    assert [text.partition(" ")[0] for text in facts.assumptions] == ["A_DB__URL", "A_DB__POOL__SIZE", "DB"]


@pytest.mark.parametrize(
    ("text", "assumption"),
    [
        ("import os\nport = int(os.getenv('LIMIT_OF'))", "LIMIT_OF was given a value (invented)"),
        ("import os\nfrom datetime import timedelta\nx = os.getenv('SOME')\ny = int(x)", "SOME was given a value (invented)"),
        ("raise RuntimeError('Environment variable \"TOKEN\" not set')", ""),
        ("import os\nif not os.getenv('KEY_OF'): raise SystemExit('KEY_OF is required')", "KEY_OF was given a value (invented)"),
        ("key = open('keys/private.pem').read()", "the file keys/private.pem was made up in the scratch copy"),
        ("from pathlib import Path\nif not Path('conf.json').exists(): raise Exception('conf.json not found')",
         "the file conf.json was copied from conf.example.json in the scratch copy"),
        ("import os\nif not os.path.isfile('.env'): raise FileNotFoundError(\"Config file '.env' not found.\")",
         "the file .env was made up in the scratch copy"),
        ("import os\nos.listdir('plugins.d')", "the folder plugins.d was made in the scratch copy"),
        ("from fastapi.templating import Jinja2Templates\nt = Jinja2Templates('pages')\nimport os\nos.listdir('pages')",
         "the folder pages was made in the scratch copy"),
        ("import socket\nsocket.create_connection(('db', 5432))",
         "the statement at main.py:2 cannot be carried out here and was left out in the scratch copy"),
        ("import subprocess\nout = subprocess.run(['alembic', 'upgrade'])\nout.check_returncode()",
         "the statement at main.py:2 cannot be carried out here and was given a stand-in in the scratch copy"),
        ("import os\nos.makedirs(os.getenv('DATA_DIR') or '/app-data', exist_ok=True)", "DATA_DIR was given a value (invented)"),
        ("import pack", "the generated file pack/_version.py was made up"),
    ],
)  # fmt: skip
def test_what_is_made_up(tmp_path: Path, text: str, assumption: str) -> None:
    files = {
        "main.py": text + "\n" + APP,
        "conf.example.json": "{}",
        "pack/__init__.py": "from pack._version import version\n",
    }
    facts = probe(write(tmp_path, files), limits=Limits())

    assert facts.assumptions == ((assumption,) if assumption else facts.assumptions)
    assert bool(facts.apps) == bool(assumption)
    assert assumed(facts).startswith("imported with 1 ") or not assumption


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this interpreter does so itself")
def test_code_for_a_newer_python_than_there_is(tmp_path: Path) -> None:
    main = APP + (
        "import uuid\n"
        "def load(order: Order) -> None: ...\n"
        "class Order: number = uuid.uuid7()\n"
        "try: pass\n"
        "except ValueError, KeyError: pass\n"
        "@app.get('/orders')\n"
        "def orders() -> list[int]: ...\n"
    )
    write(tmp_path, {"main.py": main})
    before = digest(tmp_path)

    facts = probe(tmp_path)

    (route,) = (route for route in only_app(facts).routes if route.path == "/orders")
    assert route.endpoint.line == main.splitlines().index("def orders() -> list[int]: ...") + 1
    (said,) = facts.assumptions
    assert "what 3.14 does" in said
    assert "(1 file)" in said
    assert digest(tmp_path) == before


def test_evidence_of_what_is_stepped_over_is_kept(tmp_path: Path) -> None:
    facts = probe(write(tmp_path, {"main.py": "import socket\nsocket.create_connection(('127.0.0.1', 5432))\n" + APP}))

    only_app(facts)
    assert [(e.event, e.detail, e.path, e.line) for e in facts.side_effects] == [
        ("connect", "('127.0.0.1', 5432)", "main.py", 2)
    ]


def test_factory_is_given_what_it_requires(tmp_path: Path) -> None:
    text = """
from dataclasses import dataclass
from typing import Optional
from fastapi import FastAPI

@dataclass
class Pool:
    size: int

class Settings:
    def __init__(self, pool: Pool, name: str = "x") -> None: ...

def create_app(settings: Settings, debug: bool, *, proxy: Optional[str], title="t") -> FastAPI:
    assert isinstance(settings, Settings) and debug is False and proxy is None
    return FastAPI(title=title)
"""
    facts = probe(write(tmp_path, {"main.py": text}), "main:create_app", factory=True)

    assert only_app(facts).title == "t"
    assert facts.assumptions == (
        "create_app was called with settings=Settings()",
        "create_app was called with debug=False",
        "create_app was called with proxy=None",
    )


def test_no_answer_for_the_likeliest_is_not_made_up_for_by_another(tmp_path: Path) -> None:
    files = {"main.py": "import os\nos.environ['NEEDED']\n" + APP, "other.py": APP}
    candidates = (Candidate("main:app"), Candidate("other:app"))
    facts = gather_app(write(tmp_path, files), (".",), candidates, OURS, QUICK)

    assert isinstance(facts, ProbeFacts)
    assert [app.target for app in facts.apps] == ["main:app", "other:app"]
