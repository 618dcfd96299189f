"""A server of one request at a time: calls an ASGI application in this process, each call bounded in time and size.

The standard library only, whether httpx is installed or not: an application answers the same in every environment. And
httpx would not do all of it: its ASGI transport waits for ever, reads endless streams, raises what the application
raised after it had answered, and knows no lifespan.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time

MAX_BODY = 256 * 1024
GRACE = 0.3
"""Seconds that a call has to end after it was cancelled, before it is interrupted."""


class TimeUp(BaseException):
    """Raised wherever the application stands when it neither answers nor gives way."""


class Answer:
    """What came back. ``status`` is 0 where nothing did; ``error`` is what the application raised, answered or not."""

    def __init__(self):
        self.status = 0
        self.headers = []
        self.body = b""
        self.error = None
        self.timed_out = False
        self.seconds = 0.0

    def header(self, name):
        return next((value for key, value in self.headers if key == name), "")


class Server:
    """Runs ``app`` on an event loop of its own, in the main thread, where a signal can interrupt it."""

    def __init__(self, app, host):
        self.app = app
        self.host = host
        # By name: a project may have set a policy whose loops are not interrupted by signals.
        self.loop = asyncio.SelectorEventLoop()
        # Nobody reads of the tasks that an interrupted application leaves behind.
        self.loop.set_exception_handler(lambda *_: None)
        self.lifespan = Lifespan(app)
        self.armed = False

    def start(self, seconds):
        """(state, error): state is ok, failed, timed out, or none where the application has no lifespan."""
        return self.lifespan.outcome(self.bounded(self.lifespan.started(), seconds))

    def stop(self, seconds):
        return self.lifespan.outcome(self.bounded(self.lifespan.stopped(), seconds))

    def close(self):
        asyncio.set_event_loop(None)
        self.loop.close()

    def ask(self, method, path, headers, body, seconds):
        answer = Answer()
        before = time.monotonic()
        answer.timed_out = not self.bounded(self.request(answer, method, path, headers, body), seconds)
        answer.seconds = time.monotonic() - before
        return answer

    def bounded(self, coroutine, seconds):
        """Whether it ended by itself: cancelled when the time is up, interrupted when it does not care."""
        asyncio.set_event_loop(self.loop)
        task = self.loop.create_task(coroutine)
        try:
            with self.interrupted(seconds + 2 * GRACE):
                self.loop.run_until_complete(asyncio.wait({task}, timeout=seconds))
                ended = task.done()
                if not ended:
                    task.cancel()
                    self.loop.run_until_complete(asyncio.wait({task}, timeout=GRACE))
        except BaseException:
            # `TimeUp`, or an exit from a task that the application started.
            ended = False
        if task.done() and not task.cancelled():
            # Asked for, or asyncio would complain; the coroutines keep what was raised themselves.
            ended = task.exception() is None and ended
        return ended

    @contextlib.contextmanager
    def interrupted(self, seconds):
        """`TimeUp` in this block after ``seconds``, also in code that blocks the loop; again and again if it is caught."""
        alarm = getattr(signal, "SIGALRM", None)
        if alarm is None or threading.current_thread() is not threading.main_thread():
            yield
            return

        def end(*_):
            if self.armed:
                raise TimeUp

        self.armed = True
        signal.signal(alarm, end)
        signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
        try:
            yield
            self.armed = False
        finally:
            self.armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    async def request(self, answer, method, path, headers, body):
        given = [(b"host", self.host.encode()), (b"user-agent", b"fastreview")]
        given += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if body:
            given.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            # Otherwise a redirect to HTTPS would be all that is seen.
            "scheme": "https",
            "path": path.partition("?")[0],
            "raw_path": path.partition("?")[0].encode("utf-8", "replace"),
            "query_string": path.partition("?")[2].encode("latin-1", "replace"),
            "root_path": "",
            "headers": given,
            "client": ("127.0.0.1", 50000),
            "server": (self.host, 443),
            "state": dict(self.lifespan.state),
        }
        sent = []

        async def receive():
            if not sent:
                sent.append(True)
                return {"type": "http.request", "body": body, "more_body": False}
            # The client stays connected until it has the answer.
            return await asyncio.get_running_loop().create_future()

        async def send(message):
            if message["type"] == "http.response.start":
                answer.status = int(message["status"])
                answer.headers = [
                    (bytes(k).decode("latin-1").lower(), bytes(v).decode("latin-1"))
                    for k, v in list(message.get("headers") or ())[:200]
                ]
            elif message["type"] == "http.response.body":
                answer.body += bytes(message.get("body") or b"")[: MAX_BODY + 1]
                if len(answer.body) > MAX_BODY:
                    raise OSError("the client has gone")

        try:
            await self.app(scope, receive, send)
        except (asyncio.CancelledError, TimeUp):
            raise
        except BaseException as error:
            answer.error = error


class Lifespan:
    """The lifespan of an application: one task, which waits in between."""

    def __init__(self, app):
        self.app = app
        self.state = {}
        self.task = None
        self.inbox = None
        self.told = []
        self.error = None
        self.hung = False

    async def started(self):
        self.inbox = asyncio.Queue()
        self.task = asyncio.get_running_loop().create_task(self.run())
        await self.put("startup")

    async def stopped(self):
        if self.task is not None and not self.task.done():
            await self.put("shutdown")

    async def put(self, phase):
        self.told, self.news = [], asyncio.Event()
        self.inbox.put_nowait({"type": "lifespan." + phase})
        waiting = asyncio.get_running_loop().create_task(self.news.wait())
        await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if any(kind.endswith(".failed") for kind in self.told):
            # What was raised comes out of the task right after the message.
            await asyncio.wait({self.task}, timeout=GRACE)

    async def run(self):
        async def send(message):
            self.told.append(str(message["type"]))
            self.news.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self.app(scope, self.inbox.get, send)
        except asyncio.CancelledError:
            raise
        except TimeUp:
            self.hung = True
        except BaseException as error:
            self.error = error

    def outcome(self, ended):
        if any(kind.endswith(".complete") for kind in self.told):
            return "ok", None
        if self.hung or not ended:
            if self.task is not None:
                self.task.cancel()
            return "timed out", None
        if any(kind.endswith(".failed") for kind in self.told):
            return "failed", self.error
        return "none", self.error
