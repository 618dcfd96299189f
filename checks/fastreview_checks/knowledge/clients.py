"""Clients of other services that keep connections: what makes one, and what ends it.

Sources: documentation of httpx, aiohttp, requests, redis-py, arq, PyMongo, Motor, elasticsearch-py, OpenAI and Anthropic. Engines
of databases are no clients here: PRD016 and the data dimension look after them.
"""

from typing import NamedTuple


class Client(NamedTuple):
    """``ends`` are the methods that close it, none where nobody does; ``owner`` are the beginnings of full names by which
    its methods are known."""

    what: str
    ends: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()


_HTTPX = Client("connection pool", ("aclose", "close"), ("httpx.",))
_REDIS = Client("connection pool", ("aclose", "close", "disconnect"), ("redis.", "aioredis."))
_MONGO = Client("connection pool", ("close",), ("pymongo.", "motor."))
_SEARCH = Client("connection pool", ("close",), ("elasticsearch.", "opensearchpy."))
_SDK = Client("connection pool")

CLIENTS: dict[str, Client] = {
    "httpx.AsyncClient": _HTTPX,
    "httpx.Client": _HTTPX,
    "aiohttp.ClientSession": Client("connection pool", ("close",), ("aiohttp.",)),
    "requests.Session": Client("connection pool", ("close",), ("requests.",)),
    "requests.session": Client("connection pool", ("close",), ("requests.",)),
    **{f"redis.{inner}{name}": _REDIS for inner in ("", "asyncio.") for name in ("Redis", "StrictRedis", "from_url")},
    **{f"redis.{inner}Redis.from_url": _REDIS for inner in ("", "asyncio.")},
    "aioredis.from_url": _REDIS,
    "arq.create_pool": Client("connection pool", ("aclose", "close"), ("arq.",)),
    "pymongo.MongoClient": _MONGO,
    "pymongo.AsyncMongoClient": _MONGO,
    "motor.motor_asyncio.AsyncIOMotorClient": _MONGO,
    "elasticsearch.Elasticsearch": _SEARCH,
    "elasticsearch.AsyncElasticsearch": _SEARCH,
    "opensearchpy.AsyncOpenSearch": _SEARCH,
    "opensearchpy.OpenSearch": _SEARCH,
    "openai.OpenAI": _SDK,
    "openai.AsyncOpenAI": _SDK,
    "openai.AzureOpenAI": _SDK,
    "openai.AsyncAzureOpenAI": _SDK,
    "anthropic.Anthropic": _SDK,
    "anthropic.AsyncAnthropic": _SDK,
}

NAMES = frozenset(CLIENTS)
METHODS = frozenset(name.rpartition(".")[2] for name in CLIENTS)

PERSONAL = frozenset(
    {
        "api_key", "auth", "cert", "cookies", "proxy", "proxies", "transport", "mounts", "headers", "organization",
        "verify", "trust_env", "uds", "socks_proxy", "connector", "default_headers", "base_url", "azure_endpoint",
    }
)  # fmt: skip
"""Arguments that may make a client one of its caller alone."""

CREDENTIALS = frozenset({"api_key", "auth", "cert", "cookies"})
"""Those that say who calls."""

BORROWS = frozenset({"connection_pool", "http_client"})
"""Arguments that bring the connections along: such a client costs nothing."""

KEEPS = frozenset({"enter_async_context", "enter_context", "push_async_callback", "callback", "closing", "aclosing"})
"""What is handed a client, or its method, to close it later."""
