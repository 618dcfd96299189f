"""Drivers and service clients that wait where they are called, by what creates one, and their async counterparts.

Sources: the documentation of each library.
"""

from typing import NamedTuple


class Driver(NamedTuple):
    """``family`` are the beginnings of the full names of its waiting calls (see `blocking`)."""

    family: tuple[str, ...]
    instead: str


_SQL = Driver(("sqlalchemy.", "sqlmodel."), "`create_async_engine` with an async driver")
_DBAPI = "an async driver such as asyncpg, psycopg's async API, aiosqlite or aiomysql"

SYNC_DRIVERS = {
    "sqlalchemy.create_engine": _SQL,
    "sqlmodel.create_engine": _SQL,
    "sqlalchemy.engine_from_config": _SQL,
    "pymongo.MongoClient": Driver(("pymongo.",), "`pymongo.AsyncMongoClient`"),
    "redis.Redis": Driver(("redis.Redis.",), "`redis.asyncio.Redis`"),
    "redis.StrictRedis": Driver(("redis.Redis.", "redis.StrictRedis."), "`redis.asyncio.Redis`"),
    "redis.from_url": Driver(("redis.Redis.",), "`redis.asyncio.from_url`"),
    "redis.Redis.from_url": Driver(("redis.Redis.",), "`redis.asyncio.Redis.from_url`"),
    "psycopg2.connect": Driver(("psycopg2.",), _DBAPI),
    "psycopg.connect": Driver(("psycopg.",), "`psycopg.AsyncConnection.connect`"),
    "pymysql.connect": Driver(("pymysql.",), _DBAPI),
    "sqlite3.connect": Driver(("sqlite3.",), "`aiosqlite`"),
    "boto3.client": Driver(("boto3.",), "`aioboto3`, or `run_in_threadpool`"),
    "boto3.resource": Driver(("boto3.",), "`aioboto3`, or `run_in_threadpool`"),
    "boto3.Session.client": Driver(("boto3.",), "`aioboto3`, or `run_in_threadpool`"),
    "elasticsearch.Elasticsearch": Driver(("elasticsearch.",), "`AsyncElasticsearch`"),
}

ASYNC_DRIVERS = frozenset(
    {
        "sqlalchemy.ext.asyncio.create_async_engine", "pymongo.AsyncMongoClient", "motor.motor_asyncio.AsyncIOMotorClient",
        "redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.Redis.from_url", "asyncpg.create_pool",
        "asyncpg.connect", "databases.Database", "elasticsearch.AsyncElasticsearch", "aiosqlite.connect",
    }
)  # fmt: skip
