"""Databases for the run: PostgreSQL and Redis where they are installed, made for it and reachable by nobody else.

Users, databases, hosts and ports are those that the project's files name; nothing is checked, so any password will do.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from fastreview.gather.confined import Service, Surroundings

INIT_SECONDS = 60
MAX_NAMES = 16
MAX_TEXT = 400_000
POSTGRES_PORT, REDIS_PORT = 5432, 6379

_POSTGRES = frozenset(("asyncpg", "psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "pg8000", "aiopg"))
_REDIS = frozenset(("redis", "aioredis", "arq", "rq", "celery", "fastapi-cache2", "fastapi-limiter", "coredis"))
_URL = re.compile(
    r"(?P<scheme>postgres(?:ql)?|rediss?)(?:\+\w+)?://(?:(?P<user>[\w.-]*)(?::(?P<password>[^@/\s\"'{}$]*))?@)?"
    r"(?P<host>[\w.-]+)(?::(?P<port>\d{2,5}))?(?:/(?P<name>[\w-]+))?"
)
_VARIABLE = re.compile(
    r"(?im)^\s*-?\s*[\"']?(?:\w*?(?:POSTGRES|PG|DATABASE|DB)_?)(?P<what>USER(?:NAME)?|DB|NAME|DATABASE|SCHEMA|HOST(?:NAME)?|SERVER|PORT)\w*"
    r"[\"']?\s*(?::\s*[\w\[\]| ]+?)?\s*[=:]\s*[\"']?(?P<value>[\w.-]+)"
)
_USUAL_HOSTS = ("db", "database", "postgres", "postgresql", "pg", "redis", "cache", "test-db", "test_db", "db_test")
_NAME = re.compile(r"^[A-Za-z_][\w-]{0,62}$")
_HOST = re.compile(r"^[A-Za-z][\w.-]{0,100}$")
_PUBLIC = re.compile(r"\.(?:com|net|org|io|dev|cloud|aws|app)$")


class Provided(Struct, frozen=True):
    """What was made for the run; ``described`` says it for the report."""

    surroundings: Surroundings
    described: tuple[str, ...] = ()


def provide(work: Path, packages: Iterable[str], texts: Sequence[str]) -> Provided:
    """Servers for which ``packages`` (those of the environment) have a driver. ``work`` is the folder that the run may
    write; a server that is not installed or cannot be set up is not there."""
    there = frozenset(packages)
    named = _Named(texts)
    services: list[Service] = []
    described: list[str] = []
    if there & _POSTGRES and (found := _postgres(work, named)):
        services.append(found[0])
        described.append(found[1])
    if there & _REDIS and (program := shutil.which("redis-server")):
        folder = work / "redis"
        folder.mkdir(exist_ok=True)
        port = named.port("redis", REDIS_PORT)
        argv = (
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
        )
        services.append(Service(argv, port))
        described.append("Redis, made for the run")
    hosts = work.parent / "control" / "hosts"
    hosts.write_text(
        "".join(f"127.0.0.1 {host}\n" for host in ("localhost", *(named.hosts if services else ()))), "ascii"
    )
    return Provided(Surroundings(tuple(services), str(hosts)), tuple(described))


class _Named:
    """What the project's files name."""

    def __init__(self, texts: Sequence[str]) -> None:
        users, databases = dict.fromkeys(("postgres",)), dict.fromkeys(("test", "app"))
        hosts = dict.fromkeys(_USUAL_HOSTS)
        self.ports: dict[str, Counter[int]] = {"postgres": Counter(), "redis": Counter()}
        for text in texts:
            for match in _URL.finditer(text[:MAX_TEXT]):
                kind = "redis" if match["scheme"].startswith("redis") else "postgres"
                hosts[match["host"]] = None
                if match["port"]:
                    self.ports[kind][int(match["port"])] += 1
                if kind == "postgres":
                    users |= {match["user"] or "postgres": None}
                    databases |= {match["name"] or "postgres": None}
            for match in _VARIABLE.finditer(text[:MAX_TEXT]):
                what, value = match["what"].upper(), match["value"]
                if what.startswith("USER"):
                    users[value] = None
                elif what in ("DB", "NAME", "DATABASE", "SCHEMA"):
                    databases[value] = None
                elif what == "PORT" and value.isdigit():
                    self.ports["postgres"][int(value)] += 1
                elif not value.isdigit():
                    hosts[value] = None
        self.users = [name for name in users if _NAME.match(name)][:MAX_NAMES]
        # Suites make the name of theirs from the service's, mostly in this way.
        own = [name for name in databases if name not in ("test", "app", "postgres") and not name.endswith("_test")]
        databases |= dict.fromkeys(f"{name}_test" for name in own[:3])
        # What is connected to without a name has that of the user.
        databases |= users
        self.databases = [name for name in databases if _NAME.match(name) and not name.startswith("template")][
            :MAX_NAMES
        ]
        self.hosts = [name for name in hosts if _HOST.match(name) and name != "localhost" and not _PUBLIC.search(name)][
            :40
        ]

    def port(self, kind: str, usual: int) -> int:
        """The one that is named most, the usual one in doubt; ports of the system's own cannot be taken."""
        counted = {port: count for port, count in self.ports[kind].items() if 1024 < port < 65536}
        if not counted or usual in counted:
            return usual
        return max(counted, key=lambda port: counted[port])


def _postgres(work: Path, named: _Named) -> tuple[Service, str] | None:
    programs = _programs()
    if programs is None:
        return None
    user, group = _owner()
    data = work / "postgres"
    data.mkdir(mode=0o700)
    if user:
        # Whoever runs the server has to get to its folder.
        for folder in (work.parent, work):
            os.chmod(folder, 0o711)  # noqa: S103 - to pass through, not to look
        os.chown(data, user, group)
    initdb, server = programs
    sql = [f'CREATE ROLE "{name}" SUPERUSER LOGIN;' for name in named.users if name != "postgres"]
    sql += [f'CREATE DATABASE "{name}";' for name in named.databases if name != "postgres"]
    made = _done(
        [initdb, "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
        (user, group),
    ) and _done(
        [server, "--single", "-D", str(data), "-c", "fsync=off", "postgres"], (user, group), "\n".join((*sql, ""))
    )
    if not made:
        return None
    port = named.port("postgres", POSTGRES_PORT)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "max_connections": "200",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    version = _version(data)
    return Service((server, "-D", str(data), "-p", str(port), *options), port, user, group), (
        f"PostgreSQL {version}, made for the run".replace("  ", " ")
    )


def _programs() -> tuple[str, str] | None:
    folders = [Path(found).resolve().parent for name in ("postgres", "initdb") if (found := shutil.which(name))]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -_number(folder.parent.name))
    for folder in folders:
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return str(folder / "initdb"), str(folder / "postgres")
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _owner() -> tuple[int, int]:
    """PostgreSQL refuses to run as root: its own user then, else the one that owns nothing."""
    if os.getuid() != 0:
        return 0, 0
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    return 0, 0


def _done(argv: list[str], owner: tuple[int, int], text: str = "") -> bool:
    user, group = owner if owner[0] else (None, None)
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    try:
        answer = subprocess.run(  # noqa: S603 - installed programs
            argv,
            input=text.encode(),
            env=environment,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=INIT_SECONDS,
            check=False,
            user=user,
            group=group,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0


def _version(data: Path) -> str:
    try:
        return (data / "PG_VERSION").read_text("ascii").strip()
    except OSError:
        return ""
