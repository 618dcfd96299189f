"""Plausible values for settings that an import requires, from the project's example files or by type and name."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

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
)
MAX_EXAMPLE_BYTES = 200_000

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_PLACEHOLDER = re.compile(r"^(?:<.*>|\[.*\]|\{\{.*\}\}|\.\.\.|x{3,})$", re.IGNORECASE)
SECRET = "made-up-by-fastreview-0123456789abcdef0123456789abcdef"  # noqa: S105 - nobody's
"""Long enough for libraries that refuse short keys."""
FERNET = "ZmFzdHJldmlldy1tYWRlLXVwLWtleS0wMTIzNDU2Nzg="
"""URL-safe base64 of 32 bytes, which Fernet demands."""

# First match wins: a pattern of the type (lower case, as the probe shows it) and the value.
_BY_TYPE = (
    (r"^bool$|optional\[bool|union\[bool", "false"),
    (r"^int$|positiveint|\[int, none|conint|constrainedint", "30"),
    (r"^float$|decimal", "1.5"),
    (r"postgresdsn", "postgresql://user:password@localhost:5432/app"),
    (r"redisdsn", "redis://localhost:6379/0"),
    (r"mongodsn|mongo", "mongodb://localhost:27017/app"),
    (r"amqpdsn", "amqp://user:password@localhost:5672//"),
    (r"mysqldsn", "mysql://user:password@localhost:3306/app"),
    (r"email", "user@example.com"),
    (r"url|dsn", "http://localhost:8000"),
    (r"uuid", "00000000-0000-4000-8000-000000000000"),
    (r"^(list|set|tuple|sequence|frozenset|json)\b", "[]"),
    (r"^(dict|mapping)\b", "{}"),
    (r"timedelta", "30"),
    (r"path", "."),
)
_BY_NAME = (
    (r"PORT$", "8000"),
    (r"MINUTES|SECONDS|HOURS|DAYS|TIMEOUT|TTL|EXPIR|LIMIT|SIZE|COUNT|MAX_|MIN_|RETRIES|WORKERS", "30"),
    (r"^(IS|USE|ENABLE|HAS|ALLOW)_|DEBUG|_ENABLED$|_TLS$|_SSL$|STARTTLS", "false"),
    (r"ALGORITHM", "HS256"),
    (r"FERNET|ENCRYPTION_KEY", FERNET),
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
    (r"^ENV$|ENVIRONMENT|_ENV$", "development"),
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


def plausible(name: str, type_text: str, choices: tuple[str, ...], packages: Mapping[str, str]) -> str:
    """A value that a setting of this name and type may have; ``packages`` tells which database driver is there."""
    if choices:
        return choices[0]
    lowered = type_text.lower()
    typed = next((value for pattern, value in _BY_TYPE if re.search(pattern, lowered)), None)
    if typed is not None:
        if typed == "30" and "PORT" in name.upper():
            return "8000"
        return typed
    named = next((value for pattern, value in _BY_NAME if re.search(pattern, name.upper())), "fastreview")
    return database_url(packages) if named == "database" else named


def database_url(packages: Mapping[str, str]) -> str:
    """For the first driver that is installed; SQLite, which needs none, otherwise."""
    return next((url for driver, url in _DRIVERS if driver in packages), "sqlite:///./made-up.db")


def examples(folders: list[Path]) -> dict[str, str]:
    """Values in the project's example environment files, the first file that names a variable wins."""
    found: dict[str, str] = {}
    for folder in folders:
        for name in EXAMPLE_FILES:
            for key, value in _pairs(folder / name):
                found.setdefault(key, value)
    return found


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    try:
        if not path.is_file() or path.stat().st_size > MAX_EXAMPLE_BYTES:
            return
        text = path.read_text("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        value = match[2].split(" #")[0].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        if value and not _PLACEHOLDER.match(value) and "${" not in value and "\0" not in value:
            yield match[1], value
