"""What the model knows about libraries: other names of the same thing, and what calls and attributes give.

Tables, so that knowledge grows without code. Names are full and canonical; a type is the name of its class. Sources are
the libraries' own documentation and type stubs.
"""

from functools import lru_cache

# A module prefix on the left is the same as the one on the right; the longest match wins.
_PREFIXES = {
    "sqlalchemy.orm.session": "sqlalchemy.orm",
    "sqlalchemy.orm.decl_api": "sqlalchemy.orm",
    "sqlalchemy.ext.declarative": "sqlalchemy.orm",
    "sqlalchemy.ext.asyncio.session": "sqlalchemy.ext.asyncio",
    "sqlalchemy.ext.asyncio.engine": "sqlalchemy.ext.asyncio",
    "sqlalchemy.future": "sqlalchemy",
    "sqlalchemy.sql.expression": "sqlalchemy",
    "sqlalchemy.engine.create": "sqlalchemy",
    "sqlalchemy.engine.base": "sqlalchemy.engine",
    "sqlmodel.orm.session": "sqlmodel",
    "sqlmodel.sql.expression": "sqlmodel",
    "sqlmodel.main": "sqlmodel",
    "fastapi_users.manager": "fastapi_users",
    "fastapi.routing": "fastapi",
    "fastapi.applications": "fastapi",
    "fastapi.exceptions": "fastapi",
    "fastapi.param_functions": "fastapi",
    "fastapi.params": "fastapi",
    "fastapi.datastructures": "fastapi",
    "fastapi.requests": "fastapi",
    "fastapi.websockets": "fastapi",
    "fastapi.background": "fastapi",
    "starlette.requests": "fastapi",
    "starlette.websockets": "fastapi",
    "starlette.background": "fastapi",
    "starlette.datastructures": "fastapi",
    "starlette.responses": "fastapi.responses",
    "starlette.concurrency": "fastapi.concurrency",
    "starlette.testclient": "fastapi.testclient",
    "starlette.middleware": "fastapi.middleware",
    "starlette.staticfiles": "fastapi.staticfiles",
    "fastapi.security.oauth2": "fastapi.security",
    "fastapi.security.http": "fastapi.security",
    "fastapi.security.api_key": "fastapi.security",
    "pymongo.mongo_client": "pymongo",
    "pymongo.asynchronous.mongo_client": "pymongo",
    "motor.core": "motor.motor_asyncio",
    "pydantic.main": "pydantic",
    "pydantic.fields": "pydantic",
    "pydantic.class_validators": "pydantic",
    "pydantic.functional_validators": "pydantic",
    "pydantic.env_settings": "pydantic",
    "pydantic_settings.main": "pydantic_settings",
    "arq.connections": "arq",
    "emails.message": "emails",
    "celery.app.base": "celery",
    "redis.client": "redis",
    "redis.asyncio.client": "redis.asyncio",
    "supabase.client": "supabase",
    "supabase._sync.client": "supabase",
    "mlflow.tracking": "mlflow",
    "mlflow.tracking.client": "mlflow",
    "mlflow.client": "mlflow",
    "jwt.jwks_client": "jwt",
    "elasticsearch.dsl": "elasticsearch_dsl",
    "google.cloud.firestore_v1": "google.cloud.firestore",
    "google.cloud.storage.client": "google.cloud.storage",
    "docker.client": "docker",
    "slack_sdk.web": "slack_sdk",
    "slack_sdk.web.client": "slack_sdk",
    "typing_extensions": "typing",
    "httpx._client": "httpx",
    "requests.api": "requests",
    "requests.sessions": "requests",
    "subprocess": "subprocess",
}
# Single names that a package re-exports where the rest of it stays.
_SAME = {
    "sqlalchemy.engine.create_engine": "sqlalchemy.create_engine",
    "sqlalchemy.engine.engine_from_config": "sqlalchemy.engine_from_config",
}
_NOT_MOVED = frozenset({"fastapi.routing.iter_route_contexts"})
_BY_LENGTH = sorted(_PREFIXES, key=len, reverse=True)
_FIRST_PARTS = frozenset(p.partition(".")[0] for p in _PREFIXES)


@lru_cache(maxsize=65_536)
def canonical(name: str) -> str:
    """One name for what libraries export under several: ``starlette.requests.Request`` is ``fastapi.Request``."""
    if name.partition(".")[0] not in _FIRST_PARTS or name in _NOT_MOVED:
        return name
    if name in _SAME:
        return _SAME[name]
    for prefix in _BY_LENGTH:
        if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1] == ".":
            return _PREFIXES[prefix] + name[len(prefix) :]
    return name


SESSION = "sqlalchemy.orm.Session"
ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"

# A class on the left behaves as the one on the right where this model knows nothing closer.
BASES = {
    "sqlmodel.Session": SESSION,
    "sqlalchemy.orm.scoped_session": SESSION,
    "flask_sqlalchemy.SQLAlchemy.session": SESSION,
    "sqlmodel.ext.asyncio.session.AsyncSession": ASYNC_SESSION,
    "sqlalchemy.ext.asyncio.async_scoped_session": ASYNC_SESSION,
    "redis.StrictRedis": "redis.Redis",
    "redis.asyncio.StrictRedis": "redis.asyncio.Redis",
    "requests.sessions.Session": "requests.Session",
}

_CHROMA = ("Client", "HttpClient", "PersistentClient", "EphemeralClient")
_COLLECTIONS = ("get_collection", "get_or_create_collection", "create_collection")

# What the clients of services and stores give.
_CLIENTS = {
    "supabase.create_client": "supabase.Client",
    "supabase.Client.table": "supabase.Query",
    "supabase.Client.from_": "supabase.Query",
    "supabase.Client.rpc": "supabase.Query",
    "supabase.Client.storage.from_": "supabase.Bucket",
    **{f"chromadb.{client}.{m}": "chromadb.Collection" for client in _CHROMA for m in _COLLECTIONS},
    "pinecone.Pinecone.Index": "pinecone.Index",
    "meilisearch.Client.index": "meilisearch.index.Index",
    "neo4j.GraphDatabase.driver": "neo4j.Driver",
    "neo4j.Driver.session": "neo4j.Session",
    "cassandra.cluster.Cluster.connect": "cassandra.cluster.Session",
    "clickhouse_connect.get_client": "clickhouse_connect.driver.client.Client",
    "mysql.connector.connect": "mysql.connector.connection",
    "mysql.connector.connection.cursor": "mysql.connector.cursor",
    "pyodbc.connect": "pyodbc.Connection",
    "pyodbc.Connection.cursor": "pyodbc.Cursor",
    "oracledb.connect": "oracledb.Connection",
    "oracledb.Connection.cursor": "oracledb.Cursor",
    "snowflake.connector.connect": "snowflake.connector.Connection",
    "snowflake.connector.Connection.cursor": "snowflake.connector.Cursor",
    "google.cloud.storage.Client.bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Client.get_bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Bucket.blob": "google.cloud.storage.Blob",
    "google.cloud.storage.Bucket.get_blob": "google.cloud.storage.Blob",
    "firebase_admin.firestore.client": "google.cloud.firestore.Client",
    "google.cloud.firestore.Client.collection": "google.cloud.firestore.Collection",
    "google.cloud.firestore.Collection.document": "google.cloud.firestore.Document",
    "google.cloud.firestore.Document.collection": "google.cloud.firestore.Collection",
    "firebase_admin.db.reference": "firebase_admin.db.Reference",
    "influxdb_client.InfluxDBClient.query_api": "influxdb_client.QueryApi",
    "influxdb_client.InfluxDBClient.write_api": "influxdb_client.WriteApi",
    "azure.storage.blob.BlobServiceClient.from_connection_string": "azure.storage.blob.BlobServiceClient",
    "azure.storage.blob.BlobServiceClient.get_blob_client": "azure.storage.blob.BlobClient",
    "azure.storage.blob.BlobServiceClient.get_container_client": "azure.storage.blob.ContainerClient",
    "azure.storage.blob.ContainerClient.get_blob_client": "azure.storage.blob.BlobClient",
    "supabase.AsyncClient.table": "supabase.AsyncQuery",
    "supabase.AsyncClient.from_": "supabase.AsyncQuery",
    "supabase.AsyncClient.rpc": "supabase.AsyncQuery",
    "google.cloud.firestore.AsyncClient.collection": "google.cloud.firestore.Collection",
    "azure.cosmos.aio.CosmosClient.get_database_client": "azure.cosmos.aio.DatabaseProxy",
    "azure.cosmos.aio.DatabaseProxy.get_container_client": "azure.cosmos.aio.ContainerProxy",
    "azure.cosmos.CosmosClient.get_database_client": "azure.cosmos.DatabaseProxy",
    "azure.cosmos.DatabaseProxy.get_container_client": "azure.cosmos.ContainerProxy",
    "concurrent.futures.ThreadPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.ProcessPoolExecutor.submit": "concurrent.futures.Future",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    "docker.from_env": "docker.DockerClient",
    "pika.BlockingConnection.channel": "pika.channel.BlockingChannel",
    "github.Github.get_repo": "github.Repository.Repository",
    "googleapiclient.discovery.build": "googleapiclient.discovery.Resource",
}

# What calling the name on the left gives. A trailing "()" on the left is the instance that a factory's product makes.
RETURNS = {
    "sqlalchemy.create_engine": "sqlalchemy.engine.Engine",
    "sqlmodel.create_engine": "sqlalchemy.engine.Engine",
    "sqlalchemy.orm.declarative_base": "sqlalchemy.orm.declarative_base()",
    "sqlalchemy.engine_from_config": "sqlalchemy.engine.Engine",
    "sqlalchemy.engine.Engine.connect": "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.Engine.begin": "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.Connection.execute": "sqlalchemy.engine.Result",
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.sessionmaker.begin": SESSION,
    "sqlalchemy.orm.scoped_session": SESSION,
    f"{SESSION}.query": "sqlalchemy.orm.Query",
    f"{SESSION}.execute": "sqlalchemy.engine.Result",
    f"{SESSION}.exec": "sqlalchemy.engine.Result",
    f"{SESSION}.scalars": "sqlalchemy.engine.Result",
    f"{SESSION}.begin": SESSION,
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": ASYNC_SESSION,
    "sqlalchemy.ext.asyncio.async_scoped_session": ASYNC_SESSION,
    f"{ASYNC_SESSION}.execute": "sqlalchemy.engine.Result",
    f"{ASYNC_SESSION}.exec": "sqlalchemy.engine.Result",
    f"{ASYNC_SESSION}.scalars": "sqlalchemy.engine.Result",
    f"{ASYNC_SESSION}.begin": ASYNC_SESSION,
    "pymongo.MongoClient": "pymongo.MongoClient",
    "pymongo.MongoClient.get_database": "pymongo.database.Database",
    "pymongo.MongoClient.get_default_database": "pymongo.database.Database",
    "pymongo.database.Database.get_collection": "pymongo.collection.Collection",
    "motor.motor_asyncio.AsyncIOMotorClient.get_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.get_default_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorDatabase.get_collection": "motor.motor_asyncio.AsyncIOMotorCollection",
    "pymongo.collection.Collection.find": "pymongo.cursor.Cursor",
    "pymongo.collection.Collection.aggregate": "pymongo.cursor.Cursor",
    "pymongo.cursor.Cursor.sort": "pymongo.cursor.Cursor",
    "pymongo.cursor.Cursor.limit": "pymongo.cursor.Cursor",
    "pymongo.cursor.Cursor.skip": "pymongo.cursor.Cursor",
    "redis.from_url": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "requests.session": "requests.Session",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "psycopg2.connect": "psycopg2.connection",
    "psycopg2.connection.cursor": "psycopg2.cursor",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "pymysql.connect": "pymysql.Connection",
    "pymysql.Connection.cursor": "pymysql.Cursor",
    "boto3.client": "boto3.Client",
    "boto3.resource": "boto3.Resource",
    "boto3.Session": "boto3.Session",
    "boto3.session.Session": "boto3.Session",
    "boto3.Session.client": "boto3.Client",
    "boto3.Session.resource": "boto3.Resource",
    "fastapi_users.authentication.AuthenticationBackend.login": "fastapi.Response",
    "fastapi_users.authentication.AuthenticationBackend.logout": "fastapi.Response",
    "logging.getLogger": "logging.Logger",
    "structlog.get_logger": "structlog.Logger",
    "socket.socket": "socket.socket",
    "socket.create_connection": "socket.socket",
    "builtins.open": "io.IOBase",
    "pathlib.Path.open": "io.IOBase",
    **{
        f"pathlib.Path.{method}": "pathlib.Path"
        for method in (
            "resolve",
            "absolute",
            "expanduser",
            "joinpath",
            "with_name",
            "with_stem",
            "with_suffix",
            "cwd",
            "home",
        )
    },
    "smtplib.SMTP": "smtplib.SMTP",
    "smtplib.SMTP_SSL": "smtplib.SMTP",
    "emails.html": "emails.Message",
    "celery.app.control.Control.inspect": "celery.app.control.Inspect",
    "celery.Celery.AsyncResult": "celery.result.AsyncResult",
    "fastapi.APIRouter": "fastapi.APIRouter",
    "asyncio.get_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.get_running_loop": "asyncio.AbstractEventLoop",
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Task",
    "asyncio.AbstractEventLoop.create_task": "asyncio.Task",
    "elasticsearch.Elasticsearch": "elasticsearch.Elasticsearch",
    **_CLIENTS,
    "PIL.Image.open": "PIL.Image.Image",
    "PIL.Image.Image.convert": "PIL.Image.Image",
    "PIL.Image.Image.crop": "PIL.Image.Image",
    "PIL.Image.Image.resize": "PIL.Image.Image",
    "PIL.ImageOps.exif_transpose": "PIL.Image.Image",
    "pandas.read_csv": "pandas.DataFrame",
    "pandas.read_excel": "pandas.DataFrame",
    "pandas.read_json": "pandas.DataFrame",
    "pandas.read_parquet": "pandas.DataFrame",
}

# What a product of a factory gives when it is called itself: sessionmaker(...)() is a session.
PRODUCTS = {
    "sqlalchemy.orm.sessionmaker": SESSION,
    "sqlalchemy.ext.asyncio.async_sessionmaker": ASYNC_SESSION,
    "sqlalchemy.orm.scoped_session": SESSION,
}

# Fluent interfaces: every method gives the same object again, but for these.
FLUENT = {
    "sqlalchemy.orm.Query": frozenset(
        {
            "all",
            "first",
            "one",
            "one_or_none",
            "scalar",
            "count",
            "get",
            "delete",
            "update",
            "exists",
            "subquery",
            "cte",
        }
    ),
    "pymongo.cursor.Cursor": frozenset({"next", "to_list", "distinct", "explain", "close"}),
    "supabase.Query": frozenset({"execute"}),
    "supabase.AsyncQuery": frozenset({"execute"}),
    "elasticsearch_dsl.Search": frozenset({"execute", "scan", "count", "to_dict", "delete"}),
    "google.cloud.firestore.Collection": frozenset({"add", "get", "stream", "document", "on_snapshot", "count"}),
    "googleapiclient.discovery.Resource": frozenset({"execute", "close"}),
}

# Guards are the names of the libraries' own dependencies, which other code cannot see; "" is a public route. Of fastapi_users,
# below the name of what makes the router: a method of `FastAPIUsers`, which calls the function of this name.
_USERS = {
    "get_auth_router": (("POST", "/login", ""), ("POST", "/logout", "current_user")),
    "get_register_router": (("POST", "/register", ""),),
    "get_reset_password_router": (("POST", "/forgot-password", ""), ("POST", "/reset-password", "")),
    "get_verify_router": (("POST", "/request-verify-token", ""), ("POST", "/verify", "")),
    "get_users_router": (
        ("GET", "/me", "current_user"), ("PATCH", "/me", "current_user"),
        ("GET", "/{id}", "current_superuser"), ("PATCH", "/{id}", "current_superuser"), ("DELETE", "/{id}", "current_superuser"),
    ),
    "get_oauth_router": (("GET", "/authorize", ""), ("GET", "/callback", "")),
    "get_oauth_associate_router": (("GET", "/authorize", "current_user"), ("GET", "/callback", "current_user")),
}  # fmt: skip

# Routes of routers that libraries bring (method, path, guard), by the router or by what makes it.
ROUTES = {
    "dockerflow.fastapi.router": (
        ("GET", "/__version__", ""), ("GET", "/__heartbeat__", ""), ("GET", "/__lbheartbeat__", ""), ("GET", "/__error__", ""),
    ),
    **{
        f"fastapi_users.{owner}.{name}": routes
        for owner in ("FastAPIUsers", "router", "fastapi_users")
        for name, routes in _USERS.items()
    },
}  # fmt: skip

# Methods that a library awaits while it answers a request, by the class that a project derives its own from.
HOOKS = {
    "fastapi_users.BaseUserManager": frozenset(
        {
            "on_after_register", "on_after_update", "on_after_request_verify", "on_after_verify", "on_after_forgot_password",
            "on_after_reset_password", "on_after_login", "on_before_delete", "on_after_delete", "validate_password",
            "authenticate",
        }
    ),
    "sqladmin.authentication.AuthenticationBackend": frozenset({"login", "logout", "authenticate"}),
    "sqladmin.ModelView": frozenset(
        {"on_model_change", "after_model_change", "on_model_delete", "after_model_delete", "insert_model", "update_model",
         "delete_model"}
    ),
}  # fmt: skip

# Attributes whose type is known; "*" stands for every other attribute or item.
ATTRIBUTES = {
    "sqlalchemy.orm.declarative_base()": {"metadata": "sqlalchemy.MetaData"},
    "sqlalchemy.orm.DeclarativeBase": {"metadata": "sqlalchemy.MetaData"},
    "sqlmodel.SQLModel": {"metadata": "sqlalchemy.MetaData"},
    "pymongo.MongoClient": {"*": "pymongo.database.Database", "[]": "pymongo.database.Database"},
    "pymongo.database.Database": {"*": "pymongo.collection.Collection", "[]": "pymongo.collection.Collection"},
    "motor.motor_asyncio.AsyncIOMotorClient": {
        "*": "motor.motor_asyncio.AsyncIOMotorDatabase",
        "[]": "motor.motor_asyncio.AsyncIOMotorDatabase",
    },
    "motor.motor_asyncio.AsyncIOMotorDatabase": {
        "*": "motor.motor_asyncio.AsyncIOMotorCollection",
        "[]": "motor.motor_asyncio.AsyncIOMotorCollection",
    },
    "celery.Celery": {"control": "celery.app.control.Control"},
    "fastapi.FastAPI": {"router": "fastapi.APIRouter", "state": "fastapi.State"},
    "fastapi.Request": {"app": "fastapi.FastAPI", "state": "fastapi.State"},
    "pathlib.Path": {"parent": "pathlib.Path"},
}

# Methods of these classes that a "*" attribute must not shadow.
METHODS = {
    "motor.motor_asyncio.AsyncIOMotorClient": frozenset({"get_database", "get_default_database", "close", "server_info",
                                                        "start_session", "list_database_names", "drop_database", "get_io_loop"}),
    "motor.motor_asyncio.AsyncIOMotorDatabase": frozenset({"get_collection", "command", "list_collection_names",
                                                          "create_collection", "drop_collection", "aggregate", "client", "name"}),
    "pymongo.MongoClient": frozenset({"get_database", "get_default_database", "close", "server_info", "start_session",
                                      "list_database_names", "drop_database", "admin"}),
    "pymongo.database.Database": frozenset({"get_collection", "command", "list_collection_names", "create_collection",
                                            "drop_collection", "aggregate", "client", "name"}),
}  # fmt: skip

# Type constructors whose argument is what one gets: in `async with` and `for`, after `await`, from `Depends`.
WRAPPERS = frozenset(
    {
        "typing.Optional", "typing.Annotated", "typing.Awaitable", "typing.Coroutine", "typing.Iterator", "typing.Iterable",
        "typing.Generator", "typing.AsyncIterator", "typing.AsyncIterable", "typing.AsyncGenerator", "typing.ContextManager",
        "typing.AsyncContextManager", "typing.Final", "typing.ClassVar", "typing.Required", "typing.NotRequired",
        "collections.abc.Awaitable", "collections.abc.Coroutine", "collections.abc.Iterator", "collections.abc.Iterable",
        "collections.abc.Generator", "collections.abc.AsyncIterator", "collections.abc.AsyncIterable",
        "collections.abc.AsyncGenerator", "contextlib.AbstractContextManager", "contextlib.AbstractAsyncContextManager",
        "sqlalchemy.orm.Mapped", "sqlalchemy.orm.scoped_session", "dishka.FromDishka", "dishka.integrations.base.FromDishka",
        "dishka.integrations.fastapi.FromDishka",
    }
)  # fmt: skip

# Containers: an item or a loop variable has the type of the last argument.
CONTAINERS = frozenset(
    {
        "builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple", "builtins.dict", "typing.List", "typing.Set",
        "typing.Tuple", "typing.Dict", "typing.Sequence", "typing.Mapping", "collections.abc.Sequence",
        "collections.abc.Mapping", "collections.abc.Collection", "collections.deque",
    }
)  # fmt: skip
