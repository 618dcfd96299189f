"""The probe's own ASGI server: whatever the application does, each call ends in time with what was learnt."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager, suppress

import pytest

from fastreview.probe.asgi import MAX_BODY, Answer, Server

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Behaviour = Callable[[Receive, Send], Awaitable[None]]


def ask(behaviour: Behaviour, seconds: float = 0.2) -> tuple[Answer, float]:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await behaviour(receive, send)

    start = time.monotonic()
    with closing(Server(app, "localhost")) as server:
        answer = server.ask("POST", "/a", [], b"{}", seconds)
    return answer, time.monotonic() - start


async def begin(send: Send, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"Content-Type", b"text/plain")]})


def test_request_as_a_server_sends_it() -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.extend((scope, await receive()))
        await begin(send, 201)
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        await send({"type": "http.response.body", "body": b"k"})

    with closing(Server(app, "shop.example")) as server:
        answer = server.ask("POST", "/a?b=1", [("x-a", "b")], b"{}", 1)

    assert (answer.status, answer.body, answer.header("content-type")) == (201, b"ok", "text/plain")
    assert (answer.error, answer.timed_out) == (None, False)
    scope, body = seen
    assert (scope["path"], scope["query_string"], scope["scheme"]) == ("/a", b"b=1", "https")
    assert (b"host", b"shop.example") in scope["headers"]  # type: ignore[operator]  # an ASGI scope holds anything
    assert body["body"] == b"{}"


async def waits(receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def blocks(receive: Receive, send: Send) -> None:
    time.sleep(30)  # noqa: ASYNC251 - what is tested


async def spins(receive: Receive, send: Send) -> None:
    while True:
        with suppress(Exception):
            await receive()


async def refuses_to_be_cancelled(receive: Receive, send: Send) -> None:
    for _ in range(5):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(30)


async def waits_for_the_client_to_go(receive: Receive, send: Send) -> None:
    await receive()
    await receive()


@pytest.mark.parametrize("behaviour", [waits, blocks, spins, refuses_to_be_cancelled, waits_for_the_client_to_go])
def test_call_that_does_not_end(behaviour: Behaviour) -> None:
    answer, seconds = ask(behaviour)

    assert answer.timed_out
    assert answer.status == 0
    assert seconds < 3


async def raises(receive: Receive, send: Send) -> None:
    raise ValueError("x")


async def exits(receive: Receive, send: Send) -> None:
    raise SystemExit(3)


async def raises_after_its_answer(receive: Receive, send: Send) -> None:
    await begin(send, 500)
    await send({"type": "http.response.body", "body": b"sorry"})
    raise ValueError("x")


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [(raises, 0, ValueError), (exits, 0, SystemExit), (raises_after_its_answer, 500, ValueError)],
)
def test_what_is_raised_is_kept(behaviour: Behaviour, status: int, error: type[BaseException]) -> None:
    answer, _ = ask(behaviour)

    assert (answer.status, type(answer.error)) == (status, error)
    assert not answer.timed_out


async def streams_for_ever(receive: Receive, send: Send) -> None:
    await begin(send)
    while True:
        await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})


def test_body_without_end() -> None:
    answer, seconds = ask(streams_for_ever, 5)

    assert answer.status == 200
    assert len(answer.body) <= MAX_BODY + 10_000
    assert seconds < 3


def test_exit_from_a_task_that_the_application_started() -> None:
    async def starts_one(receive: Receive, send: Send) -> None:
        task = asyncio.get_running_loop().create_task(exits(receive, send))
        await asyncio.sleep(10)
        await task

    answer, _ = ask(starts_one)
    assert answer.timed_out


@contextmanager
def lifespan(*steps: str) -> Iterator[tuple[Server, list[str]]]:
    """A server of an app that goes through ``steps`` for each message, and what it saw of the state."""
    seen: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        state = scope["state"]
        assert isinstance(state, dict)
        if scope["type"] != "lifespan":
            seen.append(str(state.get("pool")))
            return await begin(send)
        for step in steps:
            message = await receive()
            match step:
                case "ok":
                    state["pool"] = "opened"
                    await send({"type": f"{message['type']}.complete"})
                case "failed":
                    await send({"type": f"{message['type']}.failed", "message": "no"})
                    raise OSError("no database")
                case "raise":
                    raise KeyError("x")
                case "block":
                    time.sleep(30)  # noqa: ASYNC251 - what is tested
                case "wait":
                    await asyncio.sleep(30)
        return None

    with closing(Server(app, "localhost")) as server:
        yield server, seen


@pytest.mark.parametrize(
    ("step", "state", "error"),
    [
        ("ok", "ok", None),
        ("failed", "failed", OSError),
        ("raise", "none", KeyError),
        ("block", "timed out", None),
        ("wait", "timed out", None),
    ],
)
def test_start_of_the_lifespan(step: str, state: str, error: type[Exception] | None) -> None:
    with lifespan(step) as (server, _):
        found, raised = server.start(0.3)

    assert (found, type(raised) if raised else None) == (state, error)


def test_state_of_the_lifespan_reaches_requests() -> None:
    with lifespan("ok", "ok") as (server, seen):
        server.ask("GET", "/", [], b"", 1)
        assert server.start(1) == ("ok", None)
        server.ask("GET", "/", [], b"", 1)
        assert server.stop(1) == ("ok", None)
    assert seen == ["None", "opened"]


def test_requests_go_on_after_one_that_hung() -> None:
    calls: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        calls.append(str(scope["path"]))
        if scope["path"] == "/slow":
            time.sleep(30)  # noqa: ASYNC251 - what is tested
        await begin(send)

    with closing(Server(app, "localhost")) as server:
        assert server.ask("GET", "/slow", [], b"", 0.1).timed_out
        assert server.ask("GET", "/fast", [], b"", 1).status == 200
    assert calls == ["/slow", "/fast"]
