"""What an import that failed was missing, as far as its exception says: settings and environment variables."""

from __future__ import annotations

import linecache
import os
import re
import sys

from . import obstacles
from .fields import fields_of, settings_class, settings_classes, variable, wanted
from .places import need

_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_ABSENT = re.compile(
    r"(?i)environment|env\b|missing|not set|required|not found|must be|undefined|provide|unset|configur"
)
_QUOTED = re.compile(r"[\"'`]([A-Z][A-Z0-9_]{2,60})[\"'`]")
_LITERAL = re.compile(r"(?:invalid literal for int\(\)[^:]*: |could not convert string to (float): )'([^'\n]{0,200})'")
_CONVERTED = re.compile(r"(\w+)\(\s*(?:os\s*\.\s*)?(?:getenv|environ\b(?:\.get)?)\s*[\[(]\s*[\"'](\w+)[\"']")
_SETTING = re.compile(r"error parsing (?:value for|env var)[^\"]*\"(\w+)\"")
# Pydantic 2 error types, and Pydantic 1's after the dot, of a value that was there but of the wrong shape.
_HINTS = (("int", "int"), ("float", "float"), ("decimal", "float"), ("bool", "bool"), ("url", "url"), ("json", "list"),
          ("uuid", "uuid"), ("email", "email"), ("list", "list"), ("dict", "dict"))  # fmt: skip
_REFUSED = re.compile(r"(?i)placeholder|insecure|weak|too short|too long|at least|invalid|must|reject|change|default")
_OWN = frozenset(("PATH", "HOME", "LANG", "TMPDIR"))
_TYPES = {"int": "int", "float": "float", "bool": "bool", "loads": "json", "literal_eval": "json", "UUID": "uuid"}


class Asked:
    """Environment variables that code asked for without a default and did not get."""

    def __init__(self, project):
        self.project = project
        self.names = {}
        """Each with what its value is converted to where it is asked for, or ""."""

    def install(self):
        environment = type(os.environ)
        look, get = environment.__getitem__, os.environ.get
        asked = self

        def getenv(key, default=None):
            value = get(key, default)
            if value is None:
                asked.note(key, sys._getframe(1))
            return value

        def watched_get(self, key, default=None):
            try:
                return look(self, key)
            except KeyError:
                if default is None:
                    asked.note(key, sys._getframe(1))
                return default

        os.getenv = getenv
        environment.get = watched_get

    def note(self, key, frame):
        if not isinstance(key, str) or key in self.names or len(self.names) >= 200:
            return
        filename = frame.f_code.co_filename
        if self.project.relative(filename):
            line = linecache.getline(filename, frame.f_lineno)[:1000]
            types = {name: wanted for wanted, name in _CONVERTED.findall(line)}
            self.names[key] = _TYPES.get(types.get(key, ""), "")


def missing(error, asked, watch):
    """``{"kind", "name", "type", "choices", "fields"}`` per thing that was missing.

    Kind is variable, maybe (a variable that was asked for, perhaps needed), literal (a value that is no ``type``) or one
    of those that `obstacles` finds.
    """
    found = []
    for one in chain(error):
        found += settings(one) or with_siblings(environment_key(one), one, asked.project) or named(one) or refused(one)
        literal = _LITERAL.search(str(one)[:1000]) if isinstance(one, ValueError) else None
        if literal:
            found.append(need("literal", literal.group(2), literal.group(1) or "int"))
        found += obstacles.paths(one, asked.project, watch.listed) + obstacles.modules(one, asked.project)
    found += obstacles.services(error, asked.project, watch)
    known = {item["name"] for item in found}
    names = [(name, kind) for name, kind in asked.names.items() if name not in known and name not in os.environ]
    return (found + [need("maybe", name, kind) for name, kind in names])[:200]


def chain(error):
    """The exception and those it came from, none twice."""
    seen = []
    while error is not None and not any(error is one for one in seen) and len(seen) < 50:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen


def settings(error):
    """Fields of a settings class that its ValidationError names, under their environment variables."""
    errors = getattr(error, "errors", None)
    if not callable(errors) or type(error).__name__ not in ("ValidationError", "SettingsError"):
        match = _SETTING.search(str(error)[:1000]) if type(error).__name__ == "SettingsError" else None
        cls = settings_class(error)
        if match:
            # Where the frames do not show the class (a compiled Pydantic 1), the message has the variable's own name.
            name = match.group(1) if cls is None else variable(cls, (match.group(1),))
            return [need("variable", name, "json")]
        return []
    cls = settings_class(error)
    if cls is None:
        return []
    found = []
    for item in list(errors())[:100]:
        location = tuple(item.get("loc") or ())
        kind = str(item.get("type", ""))
        if not location or not isinstance(location[0], str):
            continue
        absent = "missing" in kind
        hint = "" if absent else next((name for part, name in _HINTS if part in kind), "")
        value = item.get("input")
        if isinstance(value, str) and 0 < len(value) <= 300 and not absent:
            # The class may be a library's, with values from other variables: whichever was given this value.
            found.append(need("literal", value, "email" if "email" in str(item.get("msg", "")).lower() else hint))
        expected = (item.get("ctx") or {}).get("expected") or (item.get("ctx") or {}).get("enum_values") or ""
        found += wanted(cls, location, hint, re.findall(r"'([^']{1,100})'", str(expected)))
    return found


def with_siblings(needs, error, project):
    """``needs`` of one file, and what the same file asks for in the same way: each of them would fail in its turn."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if project.relative(trace.tb_frame.f_code.co_filename):
            lines = linecache.getlines(trace.tb_frame.f_code.co_filename)[:5000]
        trace = trace.tb_next
    text = "".join(line[:1000] for line in lines)
    found = {one["name"]: one for one in needs}
    for one in needs:
        way = re.search(r"([\w.]+[(\[])\s*[\"']%s[\"']" % re.escape(one["name"]), text)
        asked = re.finditer(r"(?<![\w.])%s\s*[\"'](\w{1,100})[\"'](.*)" % re.escape(way.group(1)), text) if way else ()
        for other in asked:
            name, rest = other.groups()
            if "default" not in rest and name not in os.environ:
                cast = re.search(r"\bcast\s*=\s*(\w+)", rest)
                kind = _TYPES.get(cast.group(1), "") if cast else ""
                if name not in found or not found[name]["type"]:
                    found[name] = need("variable", name, kind)
    return list(found.values())[:200]


def environment_key(error):
    """The name in a KeyError that ``os.environ[...]`` raised, or in what ``decouple.config("...")`` raises."""
    if type(error).__name__ == "UndefinedValueError":
        return [need("variable", name) for name in re.findall(r"^(\w+) not found", str(error)[:200])]
    if not isinstance(error, KeyError) or not error.args or not isinstance(error.args[0], str):
        return []
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    if code is not None and code.co_name == "__getitem__" and code.co_filename.endswith("os.py"):
        return [need("variable", error.args[0])]
    return named(error)


def named(error):
    """Names in capitals in a message that says that something is missing."""
    text = str(error)[:2000]
    if not _ABSENT.search(text) and not isinstance(error, KeyError):
        return []
    mentioned = dict.fromkeys(_NAME.findall(text) + _QUOTED.findall(text))
    names = [name for name in mentioned if name not in os.environ]
    if not names and type(error).__name__ == "UndefinedValueError":
        names = re.findall(r"^(\w+)", text)
    return [need("variable", name) for name in names[:20]]


def refused(error):
    """Variables whose value the project itself does not accept, as far as its message names them."""
    text = str(error)[:2000]
    if not _REFUSED.search(text) or isinstance(error, (ImportError, OSError)):
        return []
    words = list(dict.fromkeys(re.findall(r"\w{3,60}", text)))
    found = [need("variable", word.upper()) for word in words if word.upper() in os.environ.keys() - _OWN]
    for cls in settings_classes():
        fields = fields_of(cls)
        found += [need("variable", variable(cls, (word,))) for word in words if "_" in word and word in fields]
    return found[:20]
