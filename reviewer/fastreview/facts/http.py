"""How the imported application answered requests: sent within the process, without a network, and without credentials.

What the answers said is not kept: their shape is, and what they gave away. Paths are relative to the reviewed root.
"""

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """One request and its answer."""

    kind: str
    """unknown-path, wrong-method, invalid-body, without-credentials, health, preflight; and to scratch routes of the
    probe: unhandled (it raises an error of its own), raised (an ``HTTPException``), invalid-query."""
    method: str
    path: str
    """Path of the route that is asked, as declared ("/items/{id}"); else the path as sent."""
    with_lifespan: bool = False
    """Whether the application's lifespan had started."""
    status: int = 0
    """0 where no answer came."""
    media_type: str = ""
    headers: dict[str, str] = {}
    """Names in lower case; those that say something on errors, ids, CORS and security."""
    shape: tuple[str, ...] = ()
    """Leaves of a JSON body with their types: "detail[].msg: string"; empty for anything else."""
    reached: str = ""
    """"endpoint" where nothing turned the request away before the endpoint (which is never run, health and scratch routes
    excepted), "wrapper" where it is decorated and so may still do that, "other" for the endpoint of another route, else
    ""."""
    echoes: tuple[str, ...] = ()
    """Where the request's id came back: names of headers, or "body"."""
    issues: tuple[str, ...] = ()
    """Headers with an id that the application made itself."""
    leaks: tuple[str, ...] = ()
    """What the body gave away: "message" (text of the error), "traceback", "path" (of a file)."""
    error: str = ""
    """What the application raised through its middleware, or "it did not answer in time"."""
    error_path: str = ""
    error_line: int = 0
    milliseconds: float = 0.0


class Phase(Struct, frozen=True):
    """Start or end of the lifespan. ``state`` is ok, failed, timed out, or none (there was nothing to run)."""

    state: str = "none"
    error: str = ""
    path: str = ""
    line: int = 0
    milliseconds: float = 0.0


class Stall(Struct, frozen=True):
    """One callback held the event loop while a request was answered; the endpoint itself was not run, or told health."""

    milliseconds: float
    stack: tuple[tuple[str, int, str], ...]
    """Path, line and function of frames of the project, the outermost first."""
    call: str = ""
    method: str = ""
    route: str = ""
    """Path as declared."""
    count: int = 1
    steady: bool = True
    """Whether it stood in one call all the time."""


class HttpFacts(Struct, frozen=True):
    """``exchanges`` is empty and ``reason`` says why where no requests were sent."""

    exchanges: tuple[Exchange, ...] = ()
    startup: Phase = Phase()
    shutdown: Phase = Phase()
    left_out: int = 0
    """Routes that were not asked, over the limits of number and time."""
    attempts: tuple[str, ...] = ()
    """What lifespan and requests tried to reach and was refused: "connect db:5432"."""
    reason: str = ""
    seconds: float = 0.0
    stalls: tuple[Stall, ...] = ()
    monitored: bool = False
    """Whether the event loop was watched meanwhile."""
