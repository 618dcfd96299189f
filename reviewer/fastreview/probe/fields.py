"""Settings classes of Pydantic 1 and 2: which environment variables their fields are read from."""

from __future__ import annotations

import contextlib
import os
import sys

from .places import need
from .shapes import type_text

MAX_DEPTH = 4
MAX_CLASSES = 200


def wanted(cls, location, hint, choices):
    """The variables for the field at ``location``: of a nested model one for each of its fields, if they have names."""
    top, annotation, names = variable(cls, location[:1]), field_type(cls, location[0]), []
    delimiter = delimiter_of(cls)
    if delimiter:
        for name in location[1:]:
            model = model_in(annotation)
            if model is None or not isinstance(name, str):
                break
            annotation = field_type(model, name)
            names.append(name.upper())
    model = model_in(annotation)
    label = delimiter.join((top, *names))
    if model is None:
        return [need("variable", label, hint or type_text(annotation), choices or members(annotation))]
    if delimiter:
        return flattened(label, delimiter, required(model))
    return [need("variable", label, "model", fields=required(model))]


def delimiter_of(cls):
    config = getattr(cls, "model_config", None)
    if isinstance(config, dict):
        return config.get("env_nested_delimiter") or ""
    return getattr(getattr(cls, "__config__", None), "env_nested_delimiter", "") or ""


def model_in(annotation):
    """The model that a field's type is, or may be."""
    for candidate in (annotation, *(getattr(annotation, "__args__", None) or ())):
        if isinstance(candidate, type) and any(base.__name__ == "BaseModel" for base in candidate.__mro__):
            return candidate
    return None


def required(model, depth=0):
    """A need per field without a default, under the name that its data has."""
    found = []
    for name, field in list(fields_of(model).items())[:100]:
        is_required = getattr(field, "is_required", None)
        if not (is_required() if callable(is_required) else getattr(field, "required", False)):
            continue
        annotation = field_type(model, name)
        alias = getattr(field, "alias", None)
        inner = model_in(annotation)
        label = alias if isinstance(alias, str) else name
        if inner is not None and depth < MAX_DEPTH:
            found.append(need("variable", label, "model", fields=required(inner, depth + 1)))
        else:
            found.append(need("variable", label, type_text(annotation), members(annotation)))
    return found


def flattened(prefix, delimiter, fields):
    found = []
    for item in fields:
        name = prefix + delimiter + item["name"].upper()
        if item["fields"]:
            found += flattened(name, delimiter, item["fields"])
        else:
            found.append(dict(item, name=name))
    return found or [need("variable", prefix, "model")]


def settings_class(error):
    """The settings class whose construction failed, found in the frames the exception passed through. Those of a compiled
    Pydantic 1 tell nothing; there the exception names it."""
    trace, cls = error.__traceback__, getattr(error, "model", None)
    if not (isinstance(cls, type) and any(base.__name__ == "BaseSettings" for base in cls.__mro__)):
        cls = None
    while trace is not None:
        for name in ("__pydantic_self__", "self", "cls", "__pydantic_validator__"):
            value = trace.tb_frame.f_locals.get(name)
            candidate = value if isinstance(value, type) else type(value)
            if any(base.__name__ == "BaseSettings" for base in candidate.__mro__):
                cls = candidate
            else:
                # Not by getattr: a proxy of the project's would try to build the settings again.
                with contextlib.suppress(AttributeError):
                    cls = object.__getattribute__(value, "settings_cls")
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
        label = (config.get("env_prefix") or "") + name
        return label if config.get("case_sensitive") else label.upper()
    extra = getattr(getattr(field, "field_info", None), "extra", None) or {}
    names = sorted(extra.get("env_names") or ())
    label = names[0] if names else (getattr(getattr(cls, "Config", None), "env_prefix", "") or "") + name
    return label if getattr(getattr(cls, "Config", None), "case_sensitive", False) else label.upper()


def settings_classes():
    """Settings classes that were defined so far, those of libraries too."""
    found = []
    for module in ("pydantic_settings", "pydantic"):
        base = vars(sys.modules.get(module, os)).get("BaseSettings")
        found += base.__subclasses__() if isinstance(base, type) else []
    for cls in found[:MAX_CLASSES]:
        found += [sub for sub in cls.__subclasses__() if sub not in found]
    return found
