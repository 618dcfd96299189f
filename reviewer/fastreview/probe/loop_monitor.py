"""Watches event loops: which callback holds one, for how long, and where it stands meanwhile.

Every callback notes when it begins; a thread looks at callbacks that go on and takes samples of their stack. Time in which
the machine ran something else is taken off, so that a busy machine is not taken for a blocked loop; so is time in which the
garbage collector ran. What stood in an import for the most part is not told: it happens once per process.
"""

from __future__ import annotations

import asyncio
import gc
import linecache
import re
import sys
import threading
import time
from contextlib import suppress

from .asgi_seen import REQUEST
from .places import clean

TICK = 0.02
GAP = 3.0
"""Ticks that one sample stands for, at most."""
_CALL = re.compile(r"([A-Za-z_][\w.]*)\(")
MAX_STALLS = 300
MAX_FRAMES = 40
TRACED = 3.0
"""How much slower Python code runs under the tracer of coverage.py, at most: what it computes counts as much less."""


class Held:
    """One callback that goes on: ``samples`` are (stack, what it calls, request) with how often each was seen."""

    __slots__ = ("collected", "delay", "handle", "ident", "imports", "samples", "started", "taken")

    def __init__(self, handle, ident, started, collected):
        self.handle = handle
        self.ident = ident
        self.started = started
        self.samples = None
        self.delay = None
        self.collected = collected
        self.taken = 0
        self.imports = 0


class Monitor:
    """Records callbacks that hold a loop for longer than ``floor`` seconds."""

    def __init__(self, project, floor, *, traced=True):
        self.project = project
        self.floor = floor
        self.traced = traced
        self.test = ""
        self.asked = None
        """The request that is sent just now, where they are sent one at a time."""
        self.running = {}
        self.found = {}
        self.changed = {}
        self.stopped = threading.Event()
        self.collected = 0.0
        """Seconds that the garbage collector took so far, in any thread: it holds up all of them."""
        self.collecting = 0.0

    def install(self):
        handle_class = asyncio.events.Handle
        run, running, clock, ident = handle_class._run, self.running, time.perf_counter, threading.get_ident
        floor, finish, monitor = self.floor, self.finish, self
        self.run = run

        def fastreview_run(self):
            me = ident()
            before = running.get(me)
            started = clock()
            running[me] = held = Held(self, me, started, monitor.collected)
            try:
                return run(self)
            finally:
                if before is None:
                    del running[me]
                else:
                    running[me] = before
                if clock() - started > floor:
                    finish(held, clock() - started)

        handle_class._run = fastreview_run
        gc.callbacks.append(self.collection)
        threading.Thread(target=self.watch, daemon=True).start()

    def stop(self):
        self.stopped.set()
        asyncio.events.Handle._run = self.run
        with suppress(ValueError):
            gc.callbacks.remove(self.collection)

    def collection(self, phase, info):
        if phase == "start":
            self.collecting = time.perf_counter()
        elif self.collecting:
            self.collected += time.perf_counter() - self.collecting
            self.collecting = 0.0

    def watch(self):
        wait = self.stopped.wait
        while not wait(TICK):
            for held in list(self.running.values()):
                now = time.perf_counter()
                if held.delay is None:
                    held.delay = waited(held.ident)
                if now - held.started > self.floor * 0.5:
                    # The stack is another thread's, and may be gone in the midst of it.
                    with suppress(Exception):
                        self.sample(held)

    def sample(self, held):
        frame = sys._current_frames().get(held.ident)
        if frame is None or self.running.get(held.ident) is not held:
            return
        stack, call, lasti, importing = self.stack(frame)
        held.taken += 1
        held.imports += importing
        context = getattr(held.handle, "_context", None)
        request = (context.get(REQUEST) if context is not None else None) or self.asked
        if held.samples is None:
            held.samples = {}
        if len(held.samples) < 200:
            key = (stack, call, lasti)
            count = held.samples.get(key, (0, None))[0]
            held.samples[key] = (count + 1, request)

    def stack(self, frame):
        """The project's frames, the outermost first; what the innermost of them calls; where that stands exactly; whether
        it is within an import."""
        frames, call, exact, importing = [], "", (id(frame.f_code), frame.f_lasti), False
        inner = frame
        while frame is not None and len(frames) < MAX_FRAMES:
            code = frame.f_code
            if code.co_name == "fastreview_request" and code.co_filename.endswith("asgi_seen.py"):
                # Beyond it stand the server and the test.
                break
            path = self.project.relative(code.co_filename)
            importing = importing or code.co_filename.startswith("<frozen importlib")
            if path:
                if not frames:
                    call = called(inner, frame) if frame is not inner else written(code.co_filename, frame.f_lineno)
                frames.append((path, frame.f_lineno, clean(getattr(code, "co_qualname", code.co_name), 120)))
            frame = frame.f_back
        return tuple(reversed(frames)), call, exact, importing

    def finish(self, held, seconds):
        if not held.samples or held.imports * 2 > held.taken:
            return
        (stack, call, _), (count, request) = max(held.samples.items(), key=lambda item: (bool(item[0][0]), item[1][0]))
        taken = sum(number for number, _ in held.samples.values())
        after = waited(held.ident)
        lost = max(0.0, after - held.delay) if after is not None and held.delay is not None else 0.0
        seconds -= lost + max(0.0, self.collected - held.collected)
        # One sample or two of a busy machine do not tell a call that waits from a computation.
        steady = taken >= 3 and count >= 0.8 * taken
        if not steady:
            # Time without samples may be another thread's that was interrupted while it held the interpreter's lock.
            seconds = min(seconds, taken * GAP * TICK)
            if self.traced:
                # It computed in Python: under the tracer that takes a multiple.
                seconds /= TRACED
        if not stack or seconds < self.floor:
            return
        key = (stack[-1], request.get("route", "") if request else "")
        known = self.found.get(key)
        if known is None and len(self.found) >= MAX_STALLS:
            return
        entry = known or {"count": 0, "milliseconds": 0.0}
        entry["count"] += 1
        if seconds * 1000 > entry["milliseconds"]:
            entry.update(
                milliseconds=round(seconds * 1000, 1),
                stack=[{"path": path, "line": line, "function": name} for path, line, name in stack],
                call=call,
                method=request.get("method", "") if request else "",
                route=request.get("route", "") if request else "",
                endpoint=dict(request["place"]) if request and request.get("place") else {},
                test=self.test,
                steady=steady,
            )
        self.found[key] = entry
        self.changed[key] = entry

    def news(self):
        """What was seen since the last time, with the counts and the longest duration so far."""
        changed, self.changed = self.changed, {}
        return list(changed.values())


def called(inner, frame):
    """The library function that the project's ``frame`` called, by module and name."""
    while inner is not None and inner.f_back is not frame:
        inner = inner.f_back
    if inner is None:
        return ""
    module = str(inner.f_globals.get("__name__", ""))
    return clean("%s.%s" % (module, getattr(inner.f_code, "co_qualname", inner.f_code.co_name)), 120)


def written(filename, line):
    """What a line calls first, where that is no Python function: "time.sleep"."""
    found = _CALL.search(linecache.getline(filename, line))
    return clean(found.group(1), 120) if found else ""


def waited(ident):
    """Seconds that a thread was ready and the machine ran others, so far; None where the system does not say."""
    for thread in threading.enumerate():
        if thread.ident == ident:
            native = getattr(thread, "native_id", None)
            break
    else:
        return None
    try:
        with open("/proc/self/task/%s/schedstat" % native) as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
