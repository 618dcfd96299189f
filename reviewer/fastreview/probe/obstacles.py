"""What stood in the way of an import beside settings: paths that are not there, services that cannot be reached."""

from __future__ import annotations

import errno
import os
import re
import sys

from .places import need

MAX_FRAMES = 12

_FOLDER = re.compile(r"(?i)directory:? '?([^'\n]{1,300}?)'? (?:does not exist|not found)")
_FILE = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w.-]*\.(?:json|ya?ml|toml|ini|cfg|conf|pem|key|crt|pub|env))\b")
_ABSENT = re.compile(r"(?i)not found|missing|not exist|no such file|cannot find|could not find|unable to")
# Exceptions that drivers raise when nothing answers; their native parts pass the audit hook by.
_UNREACHED = frozenset(
    (
        "AMQPConnectionError", "AutoReconnect", "ClientConnectorError", "ConnectError", "ConnectionFailure",
        "ConnectTimeout", "DBConnectionError", "EndpointConnectionError", "InterfaceError", "KafkaConnectionError",
        "KafkaError", "MaxRetryError", "MissingGreenlet", "NewConnectionError", "NoBrokersAvailable",
        "NoCredentialsError", "OperationalError", "ServerSelectionTimeoutError", "ServiceUnavailable", "TransportError",
    )
)  # fmt: skip
_GENERATED = re.compile(r"(?i)version|build|release|about|revision")
_REFUSED = re.compile(
    r"(?i)no network here|no processes are started|outside the scratch copy|connection refused|timed out|MagicMock"
)
_WANTS_SYNC = re.compile(r"greenlet_spawn has not been called")
_WANTS_ASYNC = re.compile(r"asyncio extension requires an async driver|cannot be used with non-asyncio engine")
_DRIVERS = ("psycopg2", "psycopg", "MySQLdb", "asyncpg", "aiomysql", "pymysql", "pyodbc", "aiosqlite", "cx_Oracle")


def paths(error, project, listed=""):
    """Files and folders below the project that an exception says are not there, relative to the project's root."""
    found = []
    text = str(error)[:2000]
    name = getattr(error, "filename", None) if isinstance(error, OSError) else None
    if isinstance(name, (str, bytes)) and error.errno in (errno.ENOENT, errno.ENOTDIR):
        found += path_need("folder" if os.fsdecode(name) == listed else "path", os.fsdecode(name), project)
    folder = _FOLDER.search(text)
    if folder:
        found += path_need("folder", folder.group(1), project)
    for item in validation_errors(error):
        kind, value = str(item.get("type", "")), item.get("input", (item.get("ctx") or {}).get("path"))
        if isinstance(value, (str, os.PathLike)) and looks_like_path(value):
            wanted = "folder" if "directory" in kind else "path"
            found += path_need(wanted, os.fspath(value), project, if_absent=True)
    if not found and _ABSENT.search(text):
        for name in _FILE.findall(text)[:3]:
            found += path_need("path", name, project, if_absent=True)
    return found


def modules(error, project):
    """A module of the project that a build generates, its version as a rule, relative to the project's root."""
    if not isinstance(error, ImportError):
        return []
    text = str(error)[:2000]
    found = re.search(r"cannot import name '(\w+)' from .*?'?([\w.]+)'? .*\((/[^()]+)/__init__\.py\)", text)
    if found:
        name, folder = found.group(1), found.group(3)
    else:
        name = str(getattr(error, "name", None) or "")
        package, _, name = name.rpartition(".")
        folder = os.path.dirname(file_of(package, error.__traceback__))
    if not _GENERATED.search(name) or not folder:
        return []
    return path_need("module", os.path.join(folder, name + ".py"), project, if_absent=True)


def file_of(module, trace):
    """A module's file; one whose import failed is only to be found where the exception passed it."""
    while trace is not None:
        names = trace.tb_frame.f_globals
        if names.get("__name__") == module:
            return names.get("__file__") or ""
        trace = trace.tb_next
    return getattr(sys.modules.get(module), "__file__", None) or ""


def validation_errors(error):
    errors = getattr(error, "errors", None)
    if not callable(errors) or type(error).__name__ != "ValidationError":
        return []
    try:
        return [item for item in list(errors())[:100] if isinstance(item, dict)]
    except Exception:
        return []


def looks_like_path(value):
    return os.sep in os.fspath(value) and "://" not in os.fspath(value)


def path_need(kind, name, project, *, if_absent=False):
    """A need for a path below the project; what is elsewhere cannot be supplied."""
    if not name or "\0" in name:
        return []
    path = os.path.normpath(os.path.abspath(name))
    if if_absent and os.path.exists(path):
        return []
    for root in project.roots:
        if path.startswith(root):
            return [need(kind, path[len(root) :].replace(os.sep, "/"))]
    return []


def services(error, project, watch):
    """Statements to step over, where a service did not answer: ``step`` needs, "path:line", innermost first.

    A ``database`` need says that the database's URL is for the other kind of driver, sync or async.
    """
    found = []
    one, seen = error, []
    refused = isinstance(error, SystemExit) and bool(attempts(watch))
    frames = list(project_frames(error, project))
    while one is not None and len(seen) < 50 and not any(one is other for other in seen):
        seen.append(one)
        text = str(one)[:4000]
        if _WANTS_SYNC.search(text):
            found.append(need("database", "", "sync"))
        elif _WANTS_ASYNC.search(text):
            found.append(need("database", "", "async"))
        elif isinstance(one, ImportError) and str(getattr(one, "name", "")).partition(".")[0] in _DRIVERS:
            found.append(need("database", str(one.name), "sync" if str(one.name)[:5] != "async" else "async"))
        names = {base.__name__ for base in type(one).__mro__}
        unreached = isinstance(one, (ConnectionError, TimeoutError)) or not _UNREACHED.isdisjoint(names)
        refused = refused or unreached or bool(_REFUSED.search(text))
        one = one.__cause__ or one.__context__
    if refused or not attempts(watch).isdisjoint(frames):
        found += steps(frames)
    return found


def attempts(watch):
    return {(effect["path"], effect["line"]) for effect in watch.effects if effect["event"] in ("connect", "spawn")}


def steps(frames):
    return [need("step", "%s:%d" % place) for place in frames]


def project_frames(error, project):
    """(path, line) of the project's frames that an exception passed, innermost first, to the nearest module's own."""
    trace, found = error.__traceback__, []
    while trace is not None:
        path = project.relative(trace.tb_frame.f_code.co_filename)
        if path:
            found.append((path, trace.tb_lineno, trace.tb_frame.f_code.co_name))
        trace = trace.tb_next
    return up_to_module(reversed(found))


def running_frames(frame, project):
    """The same of a frame that is still running."""
    found = []
    while frame is not None:
        path = project.relative(frame.f_code.co_filename)
        if path:
            found.append((path, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return up_to_module(found)


def up_to_module(frames):
    kept = []
    for path, line, name in frames:
        kept.append((path, line))
        if name == "<module>" or len(kept) == MAX_FRAMES:
            break
    return kept
