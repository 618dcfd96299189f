"""Where code stands: project-relative path and line of callables, classes, frames and tracebacks."""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import types

NOWHERE = {"module": "", "qualname": "", "path": "", "line": 0}

_OUTSIDE = ("site-packages", "dist-packages", "node_modules")


class Project:
    """The folders that count as the project; all of them are the same tree (the scratch copy and the original)."""

    def __init__(self, roots):
        self.roots = []
        for root in roots:
            for path in (os.path.abspath(root), os.path.realpath(root)):
                if path.rstrip(os.sep) + os.sep not in self.roots:
                    self.roots.append(path.rstrip(os.sep) + os.sep)
        self.relatives = {}
        self.lines = {}
        # A project may replace functions of the standard library.
        self._getcwd, self._open = os.getcwd, open

    def relative(self, filename):
        """Path below the project with "/", or "" for code that is not the project's."""
        if not isinstance(filename, str) or not filename or filename[0] == "<":
            return ""
        known = self.relatives.get(filename)
        if known is not None:
            return known
        path = filename if os.path.isabs(filename) else os.path.join(self._getcwd(), filename)
        found = ""
        for candidate in (os.path.normpath(path), os.path.realpath(path)):
            for root in self.roots:
                if candidate.startswith(root):
                    rest = candidate[len(root) :].replace(os.sep, "/")
                    if not any(part in _OUTSIDE for part in rest.split("/")):
                        found = rest
                        break
            if found:
                break
        self.relatives[filename] = found
        return found

    def caller(self, frame=None):
        """(path, line) of the innermost frame that is the project's, or ("", 0)."""
        if frame is None:
            frame = sys._getframe(1)
        while frame is not None:
            path = self.relative(frame.f_code.co_filename)
            if path:
                return path, frame.f_lineno
            frame = frame.f_back
        return "", 0

    def raised(self, error):
        """The place of the innermost project frame that an exception passed through, or None."""
        if isinstance(error, SyntaxError) and self.relative(error.filename or ""):
            return dict(NOWHERE, path=self.relative(error.filename), line=error.lineno or 0)
        found = None
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            path = self.relative(code.co_filename)
            if path:
                module = trace.tb_frame.f_globals.get("__name__", "")
                name = "" if code.co_name == "<module>" else getattr(code, "co_qualname", code.co_name)
                found = {"module": str(module), "qualname": name, "path": path, "line": trace.tb_lineno}
            trace = trace.tb_next
        return found

    def place(self, thing):
        """The `CodePlace` of a function, class, method, partial or callable instance, wrappers taken off."""
        thing = definition(thing)
        if thing is None:
            return dict(NOWHERE)
        if not isinstance(thing, (type, types.FunctionType)):
            thing = type(thing)
        module = str(getattr(thing, "__module__", None) or "")
        qualname = str(getattr(thing, "__qualname__", None) or getattr(thing, "__name__", ""))
        found = {"module": module, "qualname": qualname.replace("<locals>.", ""), "path": "", "line": 0}
        if isinstance(thing, types.FunctionType):
            code = thing.__code__
            path = self.relative(code.co_filename)
            if path:
                found.update(path=path, line=self.function_line(code))
            elif code.co_filename.startswith("<"):
                inner = self._in_closure(thing)
                if inner is not None:
                    return self.place(inner)
        else:
            filename = getattr(sys.modules.get(module), "__file__", None) or ""
            path = self.relative(filename)
            if path:
                found.update(path=path, line=self.class_line(filename, qualname))
        return found

    def _in_closure(self, function):
        """The project's function that generated code (no file of its own) wraps, or None."""
        # Generated code has a namespace of its own, made by exec, with little in it.
        held = list(function.__globals__.values()) if len(function.__globals__) < 40 else []
        for cell in function.__closure__ or ():
            try:
                held.append(cell.cell_contents)
            except ValueError:
                continue
        held += list(function.__defaults__ or ())
        inner = [definition(value) for value in held if inspect.isroutine(value)]
        inner = [f for f in inner if isinstance(f, types.FunctionType) and f is not function]
        inner = [f for f in inner if self.relative(f.__code__.co_filename)]
        same = [f for f in inner if f.__name__ == function.__name__] or inner
        return same[0] if len(same) == 1 else None

    def function_line(self, code):
        """Line of ``def``; a code object starts at its first decorator."""
        lines = self._source(code.co_filename)
        start = code.co_firstlineno
        # A private name is mangled nowhere in "def", a lambda has none: the code object's own line is right there.
        pattern = re.compile(r"\s*(?:async\s+)?def\s+%s\b" % re.escape(code.co_name))
        for number in range(start, min(start + 400, len(lines) + 1)):
            if pattern.match(lines[number - 1]):
                return number
        return start

    def class_line(self, filename, qualname):
        lines = self._source(filename)
        bare = qualname.split("[")[0]
        parts = [part for part in bare.split(".") if part != "<locals>"]
        pattern = re.compile(r"(\s*)class\s+%s\b" % re.escape(parts[-1]))
        hits = []
        for number, line in enumerate(lines, 1):
            match = pattern.match(line)
            if match:
                hits.append((bool(match.group(1)) != (len(parts) > 1), number))
        return min(hits)[1] if hits else 0

    def _source(self, filename):
        known = self.lines.get(filename)
        if known is None:
            try:
                with self._open(filename, encoding="utf-8", errors="replace") as file:
                    known = file.read(4000000).split("\n")
            except (OSError, ValueError):
                known = []
            self.lines[filename] = known
        return known


def definition(thing):
    """What a callable was defined as: wrappers, partials and bound methods taken off."""
    for _ in range(50):
        if isinstance(thing, functools.partial):
            thing = thing.func
        elif isinstance(thing, types.MethodType):
            thing = thing.__func__
        elif isinstance(thing, type):
            return thing
        else:
            try:
                inner = vars(thing).get("__wrapped__")
            except TypeError:
                return thing
            if inner is None:
                return thing
            thing = inner
    return thing


def clean(text, limit=1000):
    """Text that can be written as UTF-8, on one line, without control characters, of bounded length."""
    try:
        text = text if type(text) is str else str(text)
    except BaseException:
        text = "<not printable>"
    text = text[: limit * 2].encode("utf-8", "replace").decode("utf-8")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def need(kind, name, type_name="", choices=(), fields=()):
    """One thing that an import was missing; ``fields`` are those of a model."""
    return {
        "kind": kind,
        "name": clean(name, 300),
        "type": clean(type_name, 200),
        "choices": [clean(c, 200) for c in choices],
        "fields": list(fields),
    }


def show(value, limit=200):
    """A bounded ``repr`` without memory addresses; never raises."""
    try:
        text = repr(value)
    except BaseException:
        text = "<%s>" % type(value).__name__
    return clean(re.sub(r" at 0x[0-9a-fA-F]+", "", text), limit)
