"""Calls that wait for something else than the event loop: the network, a database, a disk, a process, a clock.

Names are full names of functions, or of methods by their class. ``Owner.*`` stands for every method of a class whose
methods all wait, ``package.*.method`` for a method of every class of a package that is the client of one service, and
``package.**`` for every method of the groups of operations that the clients of a package hold. Sources: the libraries'
documentation; each group names what to use instead.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import syntax
from fastreview_checks.knowledge.blocking_services import QUICK, SERVICES


class Blocking(NamedTuple):
    """``waits_for`` reads after "which waits for", ``instead`` after "use"."""

    waits_for: str
    instead: str
    calls: tuple[str, ...]


_SESSION = "sqlalchemy.orm.Session"
_QUERY = "sqlalchemy.orm.Query"
_TO_THREAD = "a `def` endpoint, `run_in_threadpool` or `asyncio.to_thread`"

BLOCKING = (
    Blocking("a clock", "`await asyncio.sleep(...)`", ("time.sleep",)),
    Blocking(
        "a clock",
        f"`interval=None`, which compares with the last call, or {_TO_THREAD}",
        ("psutil.cpu_percent", "psutil.cpu_times_percent", "psutil.Process.cpu_percent"),
    ),
    Blocking(
        "the database",
        "an `AsyncSession`, or plain `def` endpoints, which FastAPI runs in threads",
        (
            *(f"{_SESSION}.{m}" for m in (
                "execute", "exec", "scalar", "scalars", "commit", "flush", "refresh", "rollback", "get", "get_one", "merge",
                "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "connection",
            )),
            *(f"{_QUERY}.{m}" for m in ("all", "first", "one", "one_or_none", "scalar", "count", "get", "delete", "update")),
            "sqlalchemy.engine.Connection.execute", "sqlalchemy.engine.Connection.commit",
            "sqlalchemy.engine.Connection.scalar", "sqlalchemy.engine.Connection.scalars",
            "sqlalchemy.engine.Engine.connect", "sqlalchemy.engine.Engine.begin",
            "sqlalchemy.MetaData.create_all", "sqlalchemy.MetaData.drop_all", "sqlmodel.SQLModel.metadata.create_all",
        ),
    ),
    Blocking(
        "the database",
        "an async driver (asyncpg, psycopg's async API, aiosqlite, aiomysql) or a `def` endpoint",
        (
            "sqlite3.connect", "sqlite3.Connection.*", "sqlite3.Cursor.*", "psycopg2.connect", "psycopg2.connection.*",
            "psycopg2.cursor.*", "psycopg.connect", "psycopg.Connection.*", "psycopg.Cursor.*", "pymysql.connect",
            "pymysql.Connection.*", "pymysql.Cursor.*", "MySQLdb.connect", "pyodbc.connect", "cx_Oracle.connect",
            "oracledb.connect", "mysql.connector.connect",
        ),
    ),
    Blocking(
        "MongoDB",
        "PyMongo's `AsyncMongoClient` or a `def` endpoint",
        (
            *(f"pymongo.collection.Collection.{m}" for m in (
                "find_one", "find_one_and_update", "find_one_and_delete", "find_one_and_replace", "insert_one",
                "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many", "count_documents",
                "estimated_document_count", "distinct", "bulk_write", "create_index", "drop",
            )),
            "pymongo.cursor.Cursor.next", "pymongo.cursor.Cursor.to_list", "pymongo.cursor.Cursor.distinct",
            "pymongo.database.Database.command", "pymongo.database.Database.list_collection_names",
            "pymongo.MongoClient.server_info", "pymongo.MongoClient.list_database_names",
        ),
    ),
    Blocking(
        "another service",
        "`httpx.AsyncClient`",
        (
            *(f"requests.{m}" for m in ("get", "post", "put", "patch", "delete", "head", "options", "request")),
            *(f"requests.Session.{m}" for m in ("get", "post", "put", "patch", "delete", "head", "options", "request", "send")),
            *(f"httpx.{m}" for m in ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")),
            *(f"httpx.Client.{m}" for m in (
                "get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream",
            )),
            "urllib.request.urlopen", "urllib.request.urlretrieve", "urllib3.PoolManager.request", "urllib3.request",
            "http.client.HTTPConnection.request", "http.client.HTTPSConnection.request",
        ),
    ),
    Blocking(
        "the keys of the token's issuer",
        _TO_THREAD,
        (
            # Each fetches the issuer's certificates by `google.auth.transport.requests`, which is synchronous.
            *(f"google.oauth2.id_token.{m}" for m in (
                "verify_token", "verify_oauth2_token", "verify_firebase_token", "fetch_id_token",
            )),
            "firebase_admin.auth.verify_id_token", "firebase_admin.auth.verify_session_cookie",
        ),
    ),
    Blocking("Redis", "`redis.asyncio.Redis`", ("redis.Redis.*",)),
    Blocking(
        "a process",
        "`asyncio.create_subprocess_exec` or `asyncio.to_thread`",
        (
            "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.getoutput",
            "subprocess.Popen.communicate", "subprocess.Popen.wait", "os.system", "os.popen", "os.wait", "os.waitpid",
        ),
    ),
    Blocking(
        "a mail server",
        f"`aiosmtplib` or {_TO_THREAD}",
        (
            "smtplib.SMTP", "smtplib.SMTP_SSL", "smtplib.SMTP.*", "imaplib.IMAP4", "imaplib.IMAP4_SSL", "poplib.POP3",
            "emails.Message.send",
        ),
    ),
    Blocking(
        "workers and the store of their results",
        f"{_TO_THREAD}; or tell clients to ask again",
        (
            "celery.app.control.Inspect.*", "celery.app.control.Control.ping",
            *(f"celery.result.{owner}.{m}" for owner in ("AsyncResult", "GroupResult") for m in (
                "get", "join", "ready", "successful", "failed", "forget",
            )),
        ),
    ),
    Blocking(
        "AWS",
        f"`aioboto3` or {_TO_THREAD}",
        ("boto3.Client.*", "boto3.Resource.*"),
    ),
    Blocking(
        "Elasticsearch",
        "`AsyncElasticsearch`",
        tuple(f"elasticsearch.Elasticsearch.{m}" for m in (
            "search", "index", "get", "delete", "update", "bulk", "count", "exists", "ping", "info", "msearch",
        )),
    ),
    Blocking(
        "Stripe",
        f"the method's `..._async` twin, awaited, or {_TO_THREAD}",
        tuple(f"stripe.*.{m}" for m in (
            "create", "retrieve", "modify", "update", "delete", "list", "search", "cancel", "capture", "confirm", "pay", "attach",
            "detach", "void_invoice", "finalize_invoice", "send_invoice", "mark_uncollectible", "upcoming", "create_preview",
            "migrate", "resume", "expire", "accept", "approve", "reject", "close", "reverse", "list_line_items",
            "create_balance_transaction", "retrieve_balance_transaction", "list_payment_methods", "report", "advance",
        )),
    ),
    Blocking(
        "a language model",
        "the library's async client (`AsyncOpenAI`, `AsyncAnthropic`)",
        (
            *(f"openai.{owner}.{m}" for owner in ("OpenAI", "AzureOpenAI") for m in (
                "chat.completions.create", "beta.chat.completions.parse", "chat.completions.parse", "completions.create",
                "responses.create", "responses.parse", "embeddings.create", "images.generate", "images.edit",
                "audio.transcriptions.create", "audio.translations.create", "audio.speech.create", "moderations.create",
                "models.list", "models.retrieve", "files.create", "files.list", "files.delete",
            )),
            *(f"anthropic.{owner}.messages.{m}" for owner in ("Anthropic", "AnthropicBedrock", "AnthropicVertex") for m in (
                "create", "count_tokens",
            )),
        ),
    ),
    Blocking(
        "another service",
        _TO_THREAD,
        ("twilio.rest.Client.messages.create", "twilio.rest.Client.calls.create", "sendgrid.SendGridAPIClient.send"),
    ),
    Blocking(
        "the network",
        _TO_THREAD,
        (
            "socket.create_connection", "socket.getaddrinfo", "socket.gethostbyname", "socket.socket.connect",
            "socket.socket.recv", "socket.socket.sendall", "socket.socket.accept", "paramiko.SSHClient.*", "ftplib.FTP.*",
            "ftplib.FTP", "ldap3.Connection.*", "dns.resolver.resolve",
        ),
    ),
    Blocking(
        "the disk",
        "`aiofiles` or `asyncio.to_thread`",
        (
            "builtins.open", "io.open", "pathlib.Path.open", "pathlib.Path.read_text", "pathlib.Path.read_bytes",
            "pathlib.Path.write_text", "pathlib.Path.write_bytes", "zipfile.ZipFile.write", "zipfile.ZipFile.extractall",
            "tarfile.open", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copyfileobj", "shutil.copytree",
            "shutil.move", "shutil.rmtree", "shutil.make_archive", "shutil.unpack_archive",
        ),
    ),
    *(Blocking(*row) for row in SERVICES),
    Blocking(
        "a person at the terminal",
        "nothing of the kind in a service",
        ("builtins.input",),
    ),
)  # fmt: skip

# Methods of the classes above that do not wait: builders, accessors and context managers.
HARMLESS = frozenset(
    {
        "boto3.Client.meta", "boto3.Client.get_paginator", "boto3.Client.generate_presigned_url", "boto3.Client.exceptions",
        "boto3.Client.get_waiter", "boto3.Client.generate_presigned_post", "boto3.Resource.Table", "boto3.Resource.Bucket",
        "boto3.Resource.Object", "boto3.Resource.meta", "redis.Redis.pipeline", "redis.Redis.register_script",
        "redis.Redis.pubsub", "redis.Redis.lock", "redis.Redis.from_url", "sqlite3.Connection.cursor", "psycopg2.connection.cursor",
        "psycopg.Connection.cursor", "pymysql.Connection.cursor", "paramiko.SSHClient.set_missing_host_key_policy",
        "smtplib.SMTP.set_debuglevel",
    }
) | QUICK  # fmt: skip

_ASYNC = re.compile(r"\.aio(?:\.|$)|\.Async[A-Z]")
"""Clients beside the synchronous ones of a package, whose methods have the same names."""

_BY_NAME = {call: group for group in BLOCKING for call in group.calls}
_BY_PACKAGE = {call.removesuffix("**"): group for call, group in _BY_NAME.items() if call.endswith(".**")}


# Decorators that remember what a function gave.
CACHE = re.compile(r"^(?:\w*lru_)?cache$|^cached$|^cachedmethod$|^cached_property$|^ttl_cache$|^memoi[sz]ed?$")

# Objects that wait when they are iterated, by their class: what they wait for stands in a call of the same group.
ITERATED = {
    "pymongo.cursor.Cursor": "pymongo.cursor.Cursor.next",
    "pymongo.command_cursor.CommandCursor": "pymongo.cursor.Cursor.next",
    "sqlalchemy.orm.Query": f"{_QUERY}.all",
}

MOMENT = 0.001
"""Seconds of `time.sleep` that are over before anybody notices: to yield, or to wait for the next tick of a clock."""


def is_moment(name: str, call: syntax.Call) -> bool:
    """Whether a call waits for no more than a moment, as far as it says how long."""
    if name.startswith("psutil."):
        # Without an interval it compares with the last call.
        interval = call.argument(0, "interval")
        return isinstance(interval, syntax.Missing) or interval is None or interval == 0
    seconds = call.argument(0, "secs") if name == "time.sleep" else None
    return isinstance(seconds, (int, float)) and seconds <= MOMENT


@lru_cache(maxsize=10_000)
def blocking(name: str) -> Blocking | None:
    """What is known about a call by its full name, or None when it does not wait."""
    if name in HARMLESS:
        return None
    owner, _, method = name.rpartition(".")
    package = owner.partition(".")[0]
    known = _BY_NAME.get(name) or _BY_NAME.get(f"{owner}.*")
    if known is not None or "." not in owner or _ASYNC.search(owner):
        return known
    return _BY_NAME.get(f"{package}.*.{method}") or _of_operations(owner)


def _of_operations(owner: str) -> Blocking | None:
    """What is known about the methods of ``client.virtual_machines`` and its like, by the client's package."""
    client = owner.rpartition(".")[0]
    if not client.rpartition(".")[2].endswith("Client"):
        return None
    return next((known for package, known in _BY_PACKAGE.items() if owner.startswith(package)), None)
