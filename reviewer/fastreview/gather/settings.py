"""Plausible values for settings that an import requires, from the project's example files or by type and name."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from fastreview.gather.answer import Need

EXAMPLE_FILES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    ".env-example",
    ".env_example",
    "env.example",
    "example.env",
    "sample.env",
    ".env.test",
    ".env.local.example",
    ".env.development",
    ".env.dev",
    ".env.default",
    ".env.defaults",
)
HINT_FILES = (
    "**/conftest.py",
    "pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "docker-compose*.y*ml",
    "compose*.y*ml",
    ".github/workflows/*.y*ml",
    ".gitlab-ci.yml",
)
"""Files in which names of variables stand with values that run somewhere, the likeliest to suit first."""
MAX_EXAMPLE_BYTES = 200_000
MAX_HINT_FILES = 60

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_IN_PYTHON = re.compile(
    r"""(?:environ(?:\.setdefault)?|setenv)\s*[\[(]\s*["'](\w+)["']\s*(?:\]\s*=|,)\s*["']([^"'\n]{1,300})["']"""
)
_IN_TEXT = re.compile(r"""^\s*(?:-\s*)?["']?([A-Z][A-Z0-9_]{2,80})["']?\s*[:=]\s*["']?([^"'\n#]{1,300}?)["']?,?\s*$""")
_DEFAULTED = re.compile(r"\$\{\w+:?-([^${}]*)\}")
_PLACEHOLDER = re.compile(r"^(?:<.*>|\[.*\]|\{\{.*\}\}|\.\.\.|x{3,}|__\w+__.*)$", re.IGNORECASE)
SECRET = "made-up-by-fastreview-0123456789abcdef0123456789abcdef"  # noqa: S105 - nobody's
"""Long enough for libraries that refuse short keys."""
FERNET = "ZmFzdHJldmlldy1tYWRlLXVwLWtleS0wMTIzNDU2Nzg="
"""URL-safe base64 of 32 bytes, which Fernet demands."""

# First match wins: a pattern of the type (lower case, as the probe shows it) and the value.
_BY_TYPE = (
    (r"^(typing\.)?(optional\[|union\[)?(list|set|tuple|sequence|frozenset|iterable)\b", "[]"),
    (r"^(typing\.)?(optional\[|union\[)?(dict|mapping|model)\b", "{}"),
    (r"^json", "[]"),
    (r"^bool$|optional\[bool|union\[bool|strictbool|^bool \|", "false"),
    (r"^int$|positiveint|\[int, none|conint|constrainedint", "30"),
    (r"^float$|decimal", "1.5"),
    (r"postgresdsn", "postgresql://user:password@localhost:5432/app"),
    (r"redisdsn", "redis://localhost:6379/0"),
    (r"mongodsn|mongo", "mongodb://localhost:27017/app"),
    (r"amqpdsn", "amqp://user:password@localhost:5672//"),
    (r"mysqldsn", "mysql://user:password@localhost:3306/app"),
    (r"email", "user@example.com"),
    # Pydantic 1 wants a domain with a dot.
    (r"^(?!.*any).*httpurl", "http://example.com:8000"),
    (r"url|dsn", "http://localhost:8000"),
    (r"uuid", "00000000-0000-4000-8000-000000000000"),
    (r"timedelta", "30"),
    (r"path", "."),
)
_BY_NAME = (
    (r"PORT$", "8000"),
    # FastAPI wants a prefix of paths to begin with a slash.
    (r"(?:API|URL|ROUTER?|ROUTES|V\d)_PREFIX$|^PREFIX$|(?:^|_)API_V\d+(?:_STR)?$|_URL_API_VERSION$", "/api/v1"),
    (r"MINUTES|SECONDS|HOURS|DAYS|TIMEOUT|TTL|EXPIR|LIMIT|SIZE|COUNT|MAX_|MIN_|RETRIES|WORKERS", "30"),
    (r"^(IS|USE|ENABLE|HAS|ALLOW)_|DEBUG|_ENABLED$|_TLS$|_SSL$|STARTTLS", "false"),
    (r"ALGORITHM", "HS256"),
    (r"FERNET|ENCRYPTION_KEY", FERNET),
    (r"JWKS$", '{"keys": []}'),
    (r"MONGO.*(URL|URI|CONNECTION|DSN|STRING)|^MONGO(DB)?$", "mongodb://localhost:27017/app"),
    (r"REDIS.*(URL|URI|DSN)", "redis://localhost:6379/0"),
    (r"(AMQP|RABBIT|BROKER).*(URL|URI|DSN)|BROKER$", "amqp://user:password@localhost:5672//"),
    (r"(DATABASE|DB|SQL|POSTGRES|PG|MYSQL|SQLALCHEMY).*(URL|URI|DSN|CONNECTION|STRING)$", "database"),
    (r"ORIGINS|HOSTS$", '["http://localhost:3000"]'),
    (r"URL|URI|ENDPOINT|DOMAIN_NAME|WEBHOOK", "http://localhost:8000"),
    (r"HOST|SERVER$|ADDRESS", "localhost"),
    (r"EMAIL|MAIL_FROM", "user@example.com"),
    (r"SECRET|KEY|TOKEN|SALT|PASSWORD|PASSWD", SECRET),
    (r"LOG_?LEVEL", "INFO"),
    (r"^ENV$|ENVIRONMENT|_ENV$|PROFILE$|STAGE$", "development"),
    (r"DIR$|FOLDER|PATH$", "."),
)
_DRIVERS = (
    ("asyncpg", "postgresql+asyncpg://user:password@localhost:5432/app"),
    ("psycopg2-binary", "postgresql://user:password@localhost:5432/app"),
    ("psycopg2", "postgresql://user:password@localhost:5432/app"),
    ("psycopg", "postgresql+psycopg://user:password@localhost:5432/app"),
    ("aiomysql", "mysql+aiomysql://user:password@localhost:3306/app"),
    ("pymysql", "mysql+pymysql://user:password@localhost:3306/app"),
    ("aiosqlite", "sqlite+aiosqlite:///./made-up.db"),
)


_SYNC = (("psycopg2", "psycopg2"), ("psycopg2-binary", "psycopg2"), ("psycopg", "psycopg"))
_ASYNC = (("asyncpg", "asyncpg"), ("psycopg", "psycopg"))
_ADDRESS = re.compile(r"^(postgres(?:ql)?|mysql|mariadb|sqlite)(?:\+\w+)?://", re.IGNORECASE)


class Example(Struct, frozen=True):
    """A value and the file that has it, relative to the project; "" for one of our own."""

    value: str
    path: str


def plausible(need: Need, packages: Mapping[str, str]) -> str:
    """A value that a setting of this name and type may have; ``packages`` tells which database driver is there."""
    if need.choices:
        return need.choices[0]
    if need.type == "model":
        return json.dumps({field.name: _member(field, packages) for field in need.fields})
    name, lowered = need.name, need.type.lower()
    if "SENTRY" in name.upper() and name.upper().endswith("DSN"):
        return "https://public@sentry.example.com/1"
    typed = next((value for pattern, value in _BY_TYPE if re.search(pattern, lowered)), None)
    if typed is not None:
        if typed == "30" and "PORT" in name.upper():
            return "8000"
        return typed
    named = next((value for pattern, value in _BY_NAME if re.search(pattern, name.upper())), "fastreview")
    return database_url(packages) if named == "database" else named


def _member(need: Need, packages: Mapping[str, str]) -> object:
    """The value as JSON has it inside a model: an object, an array, or text, which Pydantic converts."""
    text = plausible(need, packages)
    if text[:1] in "[{" and not need.choices:
        value: object = json.loads(text)
        return value
    return text


def for_driver(url: str, kind: str, packages: Mapping[str, str]) -> str:
    """A database's address for an installed driver of this ``kind``, sync or async; "" where it is none or was so."""
    found = _ADDRESS.match(url)
    if found is None:
        return ""
    drivers = _SYNC if kind == "sync" else _ASYNC
    driver = next((name for package, name in drivers if package in packages), "")
    if driver and found[1].lower().startswith("postgres"):
        changed = f"postgresql+{driver}://{url[found.end() :]}"
        if changed != url:
            return changed
    changed = "sqlite:///./made-up.db" if kind == "sync" else "sqlite+aiosqlite:///./made-up.db"
    return "" if changed == url or (kind == "async" and "aiosqlite" not in packages) else changed


def database_url(packages: Mapping[str, str]) -> str:
    """For the first driver that is installed; SQLite, which needs none, otherwise."""
    if "pymongo" in packages and "sqlalchemy" not in packages:
        return "mongodb://localhost:27017/app"
    return next((url for driver, url in _DRIVERS if driver in packages), "sqlite:///./made-up.db")


def examples(folders: list[Path], copy: Path) -> dict[str, Example]:
    """Values in the project's example environment files, the first file that names a variable wins."""
    found: dict[str, Example] = {}
    for folder in folders:
        for name in EXAMPLE_FILES:
            for key, value in _pairs(folder / name):
                found.setdefault(key, Example(value, _shown(folder / name, copy)))
    return found


def hints(copy: Path) -> dict[str, Example]:
    """Values that tests, compose files and workflows give to variables; good where nothing better is known."""
    found: dict[str, Example] = {}
    paths = (path for pattern in HINT_FILES for path in sorted(islice(copy.glob(pattern), MAX_HINT_FILES)))
    for path in islice(paths, MAX_HINT_FILES):
        text = _text(path)
        if path.suffix == ".py":
            pairs = _IN_PYTHON.findall(text)
        else:
            pairs = [match.groups() for line in text.splitlines() if (match := _IN_TEXT.match(line))]
        for key, raw in pairs:
            value = _DEFAULTED.sub(r"\1", raw.strip())
            if value and "$" not in value and "{{" not in value and "\0" not in value and value not in "|>":
                found.setdefault(key, Example(value, _shown(path, copy)))
    return found


def _shown(path: Path, copy: Path) -> str:
    return path.relative_to(copy).as_posix() if path.is_relative_to(copy) else path.name


def _text(path: Path) -> str:
    """Of a plain file of bounded size; "" where it cannot be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_EXAMPLE_BYTES:
            return ""
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in _text(path).splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        value = match[2].split(" #")[0].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        if value and not _PLACEHOLDER.match(value) and "${" not in value and "\0" not in value:
            yield match[1], value
