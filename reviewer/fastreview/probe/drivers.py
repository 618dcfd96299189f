"""Database drivers that connect in native code, where no audit hook sees it: their functions are watched instead."""

from __future__ import annotations

import importlib.util
import sys

# Modules, and in them what connects: a function, or a method of a class.
_CONNECTING = {
    "psycopg2": ("connect",),
    "psycopg": ("connect", "Connection.connect", "AsyncConnection.connect"),
    "MySQLdb": ("connect", "Connect", "Connection"),
    "mysql.connector": ("connect",),
    "pyodbc": ("connect",),
    "oracledb": ("connect", "connect_async"),
    "cx_Oracle": ("connect",),
    "pymssql": ("connect",),
    "confluent_kafka": ("Producer", "Consumer"),
}
_KEPT = ("Connection", "Producer", "Consumer")
"""Classes: replaced by a function they could not be derived from."""


def watch(watch):
    """From here on, loading one of the modules replaces what connects in it by what is recorded and refused."""
    sys.meta_path.insert(0, Finder(watch))


class Finder:
    """Finds the modules as the other finders do, and looks at them once they are loaded."""

    def __init__(self, watch):
        self.watch = watch
        self.finding = set()

    def find_spec(self, name, path=None, target=None):
        if name not in _CONNECTING or name in self.finding:
            return None
        self.finding.add(name)
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            return None
        finally:
            self.finding.discard(name)
        load = getattr(spec and spec.loader, "exec_module", None)
        if load is None:
            return None

        def exec_module(module):
            load(module)
            refuse(module, _CONNECTING[name], self.watch)

        try:
            spec.loader.exec_module = exec_module
        except AttributeError:
            return None
        return spec


def refuse(module, names, watch):
    for name in names:
        holder = module
        *outer, last = name.split(".")
        for part in outer:
            holder = getattr(holder, part, None)
        if callable(getattr(holder, last, None)) and not (last in _KEPT and holder is module):
            replacement = refused(module, watch)
            setattr(holder, last, staticmethod(replacement) if isinstance(holder, type) else replacement)


def refused(module, watch):
    """What a driver does where nothing answers: its own error, if it has one."""
    error = getattr(module, "OperationalError", None) or ConnectionRefusedError

    def connect(*_args, **_options):
        frame = sys._getframe(1)
        watch.record("connect", "%s.connect" % module.__name__, frame)
        raise error("connection refused (no network here)")

    return connect
