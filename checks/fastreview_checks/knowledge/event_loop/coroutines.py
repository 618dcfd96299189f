"""Which calls give a coroutine for certain. Sources: the libraries' documentation."""

_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"

COROUTINES = frozenset(
    {
        "asyncio.sleep", "asyncio.wait_for", "asyncio.wait", "asyncio.to_thread", "asyncio.open_connection",
        "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "anyio.sleep", "anyio.to_thread.run_sync",
        "fastapi.concurrency.run_in_threadpool",
        *(f"{_SESSION}.{m}" for m in (
            "commit", "rollback", "flush", "refresh", "execute", "scalar", "scalars", "get", "merge", "delete", "close",
        )),
        *(f"httpx.AsyncClient.{m}" for m in (
            "get", "post", "put", "patch", "delete", "head", "options", "request", "send", "aclose",
        )),
    }
)  # fmt: skip

METHODS = frozenset(name.rpartition(".")[2] for name in COROUTINES)

KEEPS_THE_FUNCTION = frozenset(
    {
        "staticmethod", "classmethod", "abstractmethod", "override", "final", "get", "post", "put", "patch", "delete", "head",
        "options", "websocket", "exception_handler", "middleware", "on_event", "deprecated", "no_type_check",
    }
)  # fmt: skip
"""Decorators below which a coroutine function stays one; any other might schedule it itself."""
