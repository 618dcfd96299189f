"""The database server of a service, and what its tests run on.

Sources: SQLAlchemy's dialects; documentation of the drivers, of testcontainers, pytest-postgresql, pytest-docker and others.
"""

import re
from collections.abc import Iterator

from fastreview.api import Code, Module, Place, Project, Rung, syntax
from fastreview_checks.knowledge.pipelines import test_runs

# The driver, as it is installed, by what it talks to.
DRIVERS = {
    "asyncpg": "PostgreSQL", "psycopg": "PostgreSQL", "psycopg2": "PostgreSQL", "psycopg2-binary": "PostgreSQL",
    "psycopg-binary": "PostgreSQL", "pg8000": "PostgreSQL", "aiopg": "PostgreSQL",
    "aiomysql": "MySQL", "asyncmy": "MySQL", "pymysql": "MySQL", "mysqlclient": "MySQL", "mysql-connector-python": "MySQL",
    "pymongo": "MongoDB", "motor": "MongoDB", "beanie": "MongoDB", "odmantic": "MongoDB", "mongoengine": "MongoDB",
    "pyodbc": "SQL Server", "aioodbc": "SQL Server", "oracledb": "Oracle",
}  # fmt: skip
IMAGES = {
    "PostgreSQL": re.compile(r"postgres|postgis|timescale|pgvector|supabase", re.IGNORECASE),
    "MySQL": re.compile(r"mysql|mariadb|percona", re.IGNORECASE),
    "MongoDB": re.compile(r"mongo", re.IGNORECASE),
    "SQL Server": re.compile(r"mssql|sql-?server", re.IGNORECASE),
    "Oracle": re.compile(r"oracle", re.IGNORECASE),
}
STARTERS = re.compile(
    r"^(?:testcontainers|pytest_postgresql|pytest_mysql|pytest_mongo|pytest_docker\w*|pytest_databases|postgresql_proc"
    r"|testing\.postgresql|pgserver|pytest_pg\w*|pytest_mongodb|docker|pmr|pytest_mock_resources)(?:\.|$)"
)
STARTER_PACKAGES = frozenset(
    {"testcontainers", "pytest-postgresql", "pytest-docker", "pytest-databases", "pytest-mysql", "pytest-mock-resources",
     "pytest-pg", "testing-postgresql", "pytest-mongo"}
)  # fmt: skip
SQLITE = re.compile(r"^sqlite(?:\+\w+)?://|^sqlite$")
MONGO_STANDINS = re.compile(r"^(?:mongomock\w*|pymongo_inmemory|montydb)(?:\.|$)")
COMPOSE_UP = re.compile(
    r"\b(?:docker[ -]compose|podman-compose)\b.*\b(?:up|run|exec)\b|\bdocker run\b"
    r"|\$[({]\w*(?:DC|COMPOSE|DOCKER)\w*[)}].*\b(?:up|run|exec)\b",
    re.IGNORECASE,
)
TEST_RUNNERS = re.compile(r"\b(?:py\.?test|unittest|coverage run|tox|nox|make|just)\b|\.sh\b")
REACHING = frozenset(
    {"create_engine", "create_async_engine", "sessionmaker", "async_sessionmaker", "AsyncIOMotorClient", "AsyncMongoClient",
     "MongoClient", "init_beanie", "create_all", "drop_all", "begin_nested", "asyncpg", "connect", "run_migrations",
     "upgrade"}
)  # fmt: skip
SESSION = re.compile(
    r"(?:^|_)(?:db|session|engine|conn(?:ection)?|pool|database|async_session|db_session)$", re.IGNORECASE
)


def production(project: Project) -> frozenset[str]:
    """What the drivers that the service needs talk to; SQLite where it has tables and no driver of a server."""
    needed = [r.name for r in project.facts.files.requirements if not r.group or r.group == "main"]
    found = {DRIVERS[name] for name in needed if name in DRIVERS}
    found |= {DRIVERS[package] for package in project.imported_packages if package in DRIVERS}
    return frozenset(found or ({"SQLite"} if project.tables else ()))


def provided(project: Project, engines: frozenset[str]) -> Iterator[tuple[Place, str, Rung | None]]:
    """Where the tests get a server of the kind: in CI, or started by themselves."""
    if engines == {"SQLite"}:
        yield from ((place, what, None) for place, what in replaced(project))
        return
    images = [IMAGES[engine] for engine in engines]
    tests = list(test_runs(project))
    for command in tests:
        for image in command.job.services:
            if any(pattern.search(image) for pattern in images):
                rung = Rung.ENFORCED if command.on_changes and not command.may_fail else Rung.CONFIGURED
                yield (
                    Place(command.workflow.path, command.job.line),
                    f"{image} is a service of the job that tests",
                    rung,
                )
    for module in project.modules:
        for one in module.facts.imports if module.kind == "test" else ():
            if STARTERS.search(f"{one.module}.{one.name}"):
                yield Place(module.path, one.line), f"{one.module.partition('.')[0]} starts it", Rung.EXERCISED
    declared = [r for r in project.facts.files.requirements if r.name in STARTER_PACKAGES]
    named = {name for m in project.modules if m.kind == "test" for c in m.codes() for name in c.mentioned}
    for requirement in declared:
        if any("postgresql" in name or "docker" in name or "database_service" in name for name in named):
            yield Place(requirement.path, requirement.line), f"{requirement.name} starts it", Rung.EXERCISED
    composed = [
        container.image or container.name
        for manifest in project.facts.files.manifests
        if manifest.kind == "Compose"
        for container in manifest.containers
        if any(pattern.search(container.image or container.name) for pattern in images)
    ]
    if composed:
        jobs = {id(command.job) for command in tests}
        for command in project.pipeline_commands:
            if (
                id(command.job) in jobs
                and COMPOSE_UP.search(command.text)
                and not _starts_another(command.text, project)
            ):
                rung = Rung.ENFORCED if command.on_changes and not command.may_fail else Rung.CONFIGURED
                yield command.place, f"the pipeline starts {composed[0]} for the tests", rung


def _starts_another(command: str, project: Project) -> bool:
    """``docker compose run --rm lint``: a service whose own command tests nothing, and what it needs."""
    words = command.split()
    named = [
        container
        for manifest in project.facts.files.manifests
        if manifest.kind == "Compose" and "run" in words
        for container in manifest.containers
        if container.command and words[-1:] == [container.name]
    ]
    return bool(named) and not any("test" in c.name or TEST_RUNNERS.search(c.command) for c in named)


def replaced(project: Project) -> Iterator[tuple[Place, str]]:
    """Where tests connect to something else."""
    for module in project.modules:
        if module.kind != "test":
            continue
        for one in module.facts.imports:
            if MONGO_STANDINS.search(one.module):
                yield Place(module.path, one.line), f"`{one.module.partition('.')[0]}`"
        for code in module.codes():
            yield from _sqlite(code, module)
    for tool in project.tool("pytest"):
        for name, value in tool.values.items():
            texts = value if isinstance(value, tuple) else (value,)
            if any(isinstance(text, str) and "sqlite" in text for text in texts) and "env" in name:
                yield Place(tool.path, tool.line), "SQLite"


def _sqlite(code: Code, module: Module) -> Iterator[tuple[Place, str]]:
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                text = (
                    node
                    if isinstance(node, str)
                    else node.parts[0]
                    if isinstance(node, syntax.Text) and node.parts
                    else ""
                )
                if isinstance(text, str) and SQLITE.search(text):
                    yield Place(module.path, stmt.line), "SQLite"


def reached(project: Project) -> bool:
    """Whether tests seem to connect to some database: they make an engine or session, or send requests to the app with
    its own."""
    for module in project.modules:
        if module.kind == "test":
            for code in module.codes():
                if not REACHING.isdisjoint(code.called):
                    return True
                if any(SESSION.search(name) and name in _imported(module) for name in code.mentioned):
                    return True
    return any(call.is_request for call in project.exercise.calls) and not _mocks_storage(project)


def _imported(module: Module) -> frozenset[str]:
    """Names that a test imports, those aside that it only overrides: ``get_session``."""
    return frozenset(one.bound for one in module.facts.imports if not one.name.startswith("get_"))


def _mocks_storage(project: Project) -> bool:
    return any(
        "Mock" in name
        for module in project.modules
        if module.kind == "test" and module.path.endswith("conftest.py")
        for code in module.codes()
        for name in code.called
    )
