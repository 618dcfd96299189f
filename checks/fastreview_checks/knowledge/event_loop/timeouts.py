"""Calls to other services that wait for ever unless they are told how long, and how they are told.

Sources: documentation of requests, httpx, aiohttp, urllib3, the standard library, redis-py, paramiko and gRPC. Libraries with a
bound of their own are absent on purpose: httpx waits 5 seconds, aiohttp 300, botocore 60, openai 600.
"""

from typing import NamedTuple


class Waiting(NamedTuple):
    """``position`` is that of the timeout among positional arguments, -1 where it must be named. ``names`` are the keywords
    that bound the call; ``possible`` marks clients whose server is a neighbour that rarely goes silent."""

    what: str
    names: tuple[str, ...] = ("timeout",)
    position: int = -1
    possible: bool = False


_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_REQUESTS = Waiting("Requests waits for ever by default")
_MAIL = Waiting("The client waits for ever by default")

GRPC_CALL = "grpc.UnaryUnaryMultiCallable"
"""What a stub of gRPC calls for one answer."""

UNBOUNDED: dict[str, Waiting] = {
    GRPC_CALL: Waiting("gRPC sets no deadline by default", position=1),
    **{f"requests.{m}": _REQUESTS for m in _METHODS},
    **{f"requests.Session.{m}": _REQUESTS for m in (*_METHODS, "send")},
    "urllib.request.urlopen": Waiting("`urlopen` waits for ever by default", position=2),
    "urllib3.request": Waiting("urllib3 waits for ever by default"),
    "http.client.HTTPConnection": Waiting("The connection waits for ever by default", position=2),
    "http.client.HTTPSConnection": Waiting("The connection waits for ever by default"),
    "socket.create_connection": Waiting("The connection waits for ever by default", position=1),
    "smtplib.SMTP": Waiting(_MAIL.what, position=3),
    "smtplib.SMTP_SSL": _MAIL,
    "imaplib.IMAP4_SSL": _MAIL,
    "imaplib.IMAP4": Waiting(_MAIL.what, position=2),
    "poplib.POP3_SSL": _MAIL,
    "poplib.POP3": Waiting(_MAIL.what, position=2),
    "ftplib.FTP": Waiting(_MAIL.what, position=4),
    "ftplib.FTP_TLS": _MAIL,
    "telnetlib.Telnet": Waiting(_MAIL.what, position=2),
    "paramiko.SSHClient.connect": Waiting("The connection waits for ever by default", position=6),
    "redis.Redis": Waiting("The Redis client waits for ever by default", ("socket_timeout",), possible=True),
    "redis.from_url": Waiting("The Redis client waits for ever by default", ("socket_timeout",), possible=True),
    "redis.asyncio.Redis": Waiting("The Redis client waits for ever by default", ("socket_timeout",), possible=True),
    "redis.asyncio.from_url": Waiting("The Redis client waits for ever by default", ("socket_timeout",), possible=True),
}

SWITCHED_OFF: dict[str, str] = {
    **{f"httpx.{m}": "httpx" for m in (*_METHODS, "stream", "Client", "AsyncClient", "Timeout")},
    **{f"httpx.{c}.{m}": "httpx" for c in ("Client", "AsyncClient") for m in (*_METHODS, "stream", "send")},
    "aiohttp.ClientSession": "aiohttp",
    "aiohttp.ClientTimeout": "aiohttp",
    **{f"aiohttp.ClientSession.{m}": "aiohttp" for m in (*_METHODS, "ws_connect")},
}
"""Calls that are bounded unless ``timeout=None`` switches it off; the word is the library."""

STREAMS = frozenset({"stream", "ws_connect"})
"""Methods whose answer may take for ever on purpose."""

NAMES = frozenset((*UNBOUNDED, *SWITCHED_OFF)) - {GRPC_CALL}
"""What is called by these names: a stub calls for its service by names of its own."""
METHODS = frozenset(name.rpartition(".")[2] for name in NAMES)
