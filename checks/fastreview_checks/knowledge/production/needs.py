"""What a service needs to answer requests and may find away, by the packages that it imports to reach it.

Sources: the documentation of the libraries.
"""

from fastreview.api import Project

_DATABASE = "the database"
_REDIS = "Redis"
_BROKER = "the message broker"
_SEARCH = "the search engine"
_VECTORS = "the vector store"
_OBJECTS = "the object store"
_OTHERS = "the services that it calls"

_REACHED_BY = {
    _DATABASE: """
        sqlalchemy sqlmodel tortoise beanie odmantic motor pymongo mongoengine peewee peewee_async ormar piccolo gino pony edgy
        databases asyncpg psycopg psycopg2 psycopg_pool pymysql aiomysql asyncmy MySQLdb mysql sqlite3 aiosqlite pyodbc aioodbc
        oracledb cx_Oracle edgedb gel prisma django neo4j neomodel cassandra advanced_alchemy supabase firebase_admin
        clickhouse_connect clickhouse_driver influxdb_client umongo bunnet aredis_om redis_om pynamodb couchdb arango
        surrealdb libsql_client duckdb
    """,
    _REDIS: "redis aioredis fakeredis coredis aiocache fastapi_cache aiomcache pymemcache valkey",
    _BROKER: """
        aiokafka kafka confluent_kafka aio_pika pika aioamqp celery kombu nats dramatiq arq rq taskiq faststream stomp
        bluesky_stomp paho aiomqtt gmqtt temporalio huey saq procrastinate
    """,
    _SEARCH: "elasticsearch elasticsearch_dsl opensearchpy meilisearch meilisearch_python_sdk typesense algoliasearch pysolr",
    _VECTORS: "qdrant_client chromadb weaviate pinecone pymilvus lancedb",
    _OBJECTS: "boto3 aioboto3 aiobotocore botocore minio miniopy_async",
    _OTHERS: "httpx aiohttp requests httpcore niquests grpc openai anthropic docker kubernetes kubernetes_asyncio zeep",
}
_BY_PACKAGE = {package: what for what, packages in _REACHED_BY.items() for package in packages.split()}
_ORDER = list(_REACHED_BY)


def needs(project: Project) -> list[str]:
    """In words, the most telling first; other services only where there is nothing else. Empty where nothing is known."""
    found = {_BY_PACKAGE[package] for package in project.imported_packages if package in _BY_PACKAGE}
    own = found - {_OTHERS}
    return sorted(own or found, key=_ORDER.index)


def in_words(things: list[str]) -> str:
    *first, last = things[:3]
    return f"{', '.join(first)} and {last}" if first else last
