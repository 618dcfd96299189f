"""What an import that failed was missing, as far as its exception says: settings, variables, folders."""

from __future__ import annotations

import os
import re
import sys

from .places import clean
from .shapes import type_text

_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_ABSENT = re.compile(
    r"(?i)environment|env\b|missing|not set|required|not found|must be|undefined|provide|unset|configur"
)
_FOLDER = re.compile(r"Directory '([^'\n]{1,300})' does not exist")
_SETTING = re.compile(r"error parsing (?:value for|env var)[^\"]*\"(\w+)\"")
# Pydantic 2 error types, and Pydantic 1's after the dot, of a value that was there but of the wrong shape.
_HINTS = (("int", "int"), ("float", "float"), ("decimal", "float"), ("bool", "bool"), ("url", "url"), ("json", "list"),
          ("uuid", "uuid"), ("email", "email"), ("list", "list"), ("dict", "dict"))  # fmt: skip


class Asked:
    """Environment variables that code asked for without a default and did not get."""

    def __init__(self, project):
        self.project = project
        self.names = []

    def install(self):
        environment = type(os.environ)
        look, get = environment.__getitem__, os.environ.get
        asked = self

        def getenv(key, default=None):
            value = get(key, default)
            if value is None and asked.project.relative(sys._getframe(1).f_code.co_filename):
                asked.note(key)
            return value

        def watched_get(self, key, default=None):
            try:
                return look(self, key)
            except KeyError:
                if default is None and asked.project.relative(sys._getframe(1).f_code.co_filename):
                    asked.note(key)
                return default

        os.getenv = getenv
        environment.get = watched_get

    def note(self, key):
        if isinstance(key, str) and key not in self.names and len(self.names) < 200:
            self.names.append(key)


def missing(error, asked):
    """``{"kind", "name", "type", "choices"}`` per thing; kind is variable, folder, or maybe (a variable asked for)."""
    found = []
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found += settings(error) or environment_key(error) or named(error)
        folder = _FOLDER.search(str(error)[:2000])
        if folder:
            found.append(need("folder", folder.group(1)))
        error = error.__cause__ or error.__context__
    known = {item["name"] for item in found}
    found += [need("maybe", name) for name in asked.names if name not in known and name not in os.environ]
    return found[:200]


def need(kind, name, type_name="", choices=()):
    return {
        "kind": kind,
        "name": clean(name, 300),
        "type": clean(type_name, 200),
        "choices": [clean(c, 200) for c in choices],
    }


def settings(error):
    """Fields of a settings class that its ValidationError names, under their environment variables."""
    errors = getattr(error, "errors", None)
    if not callable(errors) or type(error).__name__ not in ("ValidationError", "SettingsError"):
        match = _SETTING.search(str(error)[:1000]) if type(error).__name__ == "SettingsError" else None
        cls = settings_class(error)
        if match and cls is not None:
            return [need("variable", variable(cls, (match.group(1),)), "json")]
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
        annotation = field_type(cls, location[0])
        absent = "missing" in kind
        hint = "" if absent else next((name for part, name in _HINTS if part in kind), "")
        expected = (item.get("ctx") or {}).get("expected") or (item.get("ctx") or {}).get("enum_values") or ""
        choices = re.findall(r"'([^']{1,100})'", str(expected)) or members(annotation)
        found.append(need("variable", variable(cls, location[:1]), hint or type_text(annotation), choices))
    return found


def settings_class(error):
    """The settings class whose construction failed, found in the frames the exception passed through."""
    trace, cls = error.__traceback__, None
    while trace is not None:
        for name in ("__pydantic_self__", "self", "cls", "__pydantic_validator__"):
            value = trace.tb_frame.f_locals.get(name)
            candidate = value if isinstance(value, type) else type(value)
            if any(base.__name__ == "BaseSettings" for base in candidate.__mro__):
                cls = candidate
            elif hasattr(value, "settings_cls"):
                cls = value.settings_cls
        trace = trace.tb_next
    return cls


def fields_of(cls):
    fields = getattr(cls, "model_fields", None)
    return fields if isinstance(fields, dict) else getattr(cls, "__fields__", {})


def by_location(cls, name):
    """(field name, field) for a name or alias in an error's location."""
    fields = fields_of(cls)
    if name in fields:
        return name, fields[name]
    for key, field in fields.items():
        aliases = [getattr(field, "alias", None), getattr(field, "validation_alias", None)]
        choices = getattr(aliases[1], "choices", None) or ()
        if name in aliases or name in choices or name.lower() == key.lower():
            return key, field
    return name, None


def field_type(cls, name):
    field = by_location(cls, name)[1]
    return getattr(field, "annotation", None) or getattr(field, "outer_type_", None) or str


def members(annotation):
    values = getattr(annotation, "__members__", None)
    if values:
        return [member.value for member in values.values()]
    return [a for a in getattr(annotation, "__args__", None) or () if isinstance(a, (str, int))]


def variable(cls, location):
    """Environment variable of a settings field: its alias, else prefix and name."""
    name, field = by_location(cls, location[0])
    config = getattr(cls, "model_config", None)
    if isinstance(config, dict):
        alias = getattr(field, "validation_alias", None) or getattr(field, "alias", None)
        choices = getattr(alias, "choices", None)
        if choices:
            alias = next((choice for choice in choices if isinstance(choice, str)), None)
        if isinstance(alias, str):
            return alias
        return ((config.get("env_prefix") or "") + name).upper()
    extra = getattr(getattr(field, "field_info", None), "extra", None) or {}
    names = sorted(extra.get("env_names") or ())
    if names:
        return names[0].upper()
    return ((getattr(getattr(cls, "Config", None), "env_prefix", "") or "") + name).upper()


def environment_key(error):
    """The name in a KeyError that ``os.environ[...]`` raised."""
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
    names = [name for name in dict.fromkeys(_NAME.findall(text)) if name not in os.environ]
    if not names and type(error).__name__ == "UndefinedValueError":
        names = re.findall(r"^(\w+)", text)
    return [need("variable", name) for name in names[:20]]
