"""Types, parameters and models as text and plain data, for Pydantic 1 and 2."""

from __future__ import annotations

import enum
import sys
import typing

from .places import clean, show

MAX_MODELS = 2000
MAX_FIELDS = 300

_SCHEMA_NAMES = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
    "regex": "pattern",
    "min_items": "minItems",
    "max_items": "maxItems",
    "max_digits": "maxDigits",
    "decimal_places": "decimalPlaces",
}


def type_text(annotation, depth=0):
    """An annotation as Python shows it, classes by their full name: ``list[app.schemas.Order]``."""
    if annotation is None or annotation is type(None):
        return "None"
    if depth > 8:
        return "..."
    arguments = type_arguments(annotation)
    origin = getattr(annotation, "__origin__", None)
    if getattr(annotation, "__metadata__", None) is not None and origin is not None:
        return type_text(origin, depth + 1)
    if arguments and origin is not None:
        inner = ", ".join(
            argument_text(argument, depth) for argument in arguments if not isinstance(argument, typing.TypeVar)
        )
        name = "Union" if origin is typing.Union else type_text(origin, depth + 1)
        return "%s[%s]" % (name, inner) if inner else name
    if is_class(annotation) and not arguments:
        name = getattr(annotation, "__qualname__", annotation.__name__).replace("<locals>.", "")
        module = getattr(annotation, "__module__", "")
        if name.startswith("Constrained"):
            # Pydantic 1 makes a class per constrained parameter; the constraints are told apart from the type.
            name, module = plain_base(annotation).__name__, "builtins"
        return clean(name if module in ("builtins", "typing") else "%s.%s" % (module, name), 300)
    return show(annotation, 300).replace("typing.", "")


def plain_base(cls):
    return next((base for base in cls.__mro__ if base.__module__ == "builtins" and base is not object), cls)


def argument_text(argument, depth):
    if isinstance(argument, (list, tuple)):
        return "[%s]" % ", ".join(argument_text(item, depth + 1) for item in argument)
    if isinstance(argument, (str, int, bytes, enum.Enum)) and not isinstance(argument, type):
        return show(argument, 80)
    if argument is Ellipsis:
        return "..."
    return type_text(argument, depth + 1)


def type_arguments(annotation):
    found = getattr(annotation, "__args__", None)
    return tuple(found) if isinstance(found, tuple) else ()


def is_class(thing):
    """``list[str]`` says of itself that it is one, on Python 3.9 and 3.10."""
    return isinstance(thing, type) and type(thing).__name__ != "GenericAlias"


def classes_in(annotation, depth=0):
    """The classes that an annotation mentions, outermost first; what a model's own parameters mention is its affair."""
    if depth > 8 or isinstance(annotation, typing.TypeVar):
        return
    inner = list(type_arguments(annotation))
    if is_class(annotation):
        yield annotation
        if is_model(annotation):
            return
    elif getattr(annotation, "__metadata__", None) is not None:
        inner.insert(0, annotation.__origin__)
    elif getattr(annotation, "__value__", None) is not None:
        inner.append(annotation.__value__)
    for part in inner:
        yield from classes_in(part, depth + 1)


def base_model():
    pydantic = sys.modules.get("pydantic")
    return getattr(pydantic, "BaseModel", None)


def old_base_model():
    """Pydantic 1's model class that Pydantic 2 still carries, where something imported it."""
    return getattr(sys.modules.get("pydantic.v1"), "BaseModel", None)


def is_model(cls):
    for base in (base_model(), old_base_model()):
        if base is not None and is_class(cls) and issubclass(cls, base):
            return cls is not base
    return is_class(cls) and hasattr(cls, "__dataclass_fields__")


def model_kind(cls):
    if hasattr(cls, "__table__") or hasattr(cls, "__mapper__"):
        return "table"
    for base in (base_model(), old_base_model()):
        if base is not None and issubclass(cls, base):
            return "pydantic"
    return "dataclass"


def key_of(cls):
    name = getattr(cls, "__qualname__", cls.__name__).replace("<locals>.", "")
    return clean("%s.%s" % (getattr(cls, "__module__", ""), name), 300)


class Models:
    """The models that were met, described once each; ``warn`` is told what could not be described."""

    def __init__(self, project, warn):
        self.project = project
        self.warn = warn
        self.known = {}
        self.open = []

    def keys(self, annotation):
        """Keys of the models an annotation mentions directly; they and what they hold are described later."""
        found = []
        for cls in classes_in(annotation):
            if is_model(cls) and len(self.known) < MAX_MODELS:
                key = key_of(cls)
                if key not in self.known:
                    self.known[key] = None
                    self.open.append((key, cls))
                if key not in found:
                    found.append(key)
        return found

    def described(self):
        while self.open:
            key, cls = self.open.pop()
            try:
                self.known[key] = self._describe(key, cls)
            except Exception as error:
                self.warn("model %s could not be described: %s" % (key, clean(error, 200)))
        return [self.known[key] for key in sorted(self.known) if self.known[key] is not None]

    def _describe(self, key, cls):
        fields = []
        for name, alias, annotation, required, excluded, limits in list(model_fields(cls))[:MAX_FIELDS]:
            inner = self.keys(annotation)
            fields.append(
                {
                    "name": clean(name, 100),
                    "alias": clean(alias, 100),
                    "type": type_text(annotation),
                    "required": required,
                    "model": inner[0] if inner else "",
                    "excluded": excluded,
                    "constraints": limits,
                }
            )
        origin = cls
        metadata = getattr(cls, "__pydantic_generic_metadata__", None)
        if isinstance(metadata, dict) and metadata.get("origin"):
            origin = metadata["origin"]
        return {"key": key, "place": self.project.place(origin), "kind": model_kind(cls), "fields": fields}


def model_fields(cls):
    """(name, alias, annotation, required, excluded, constraints) per field of a Pydantic model or dataclass."""
    fields = vars_of(cls, "__pydantic_fields__") or vars_of(cls, "model_fields")
    if isinstance(fields, dict) and kind_of_field(fields) == 2:
        for name, field in fields.items():
            alias = field.alias or name
            limits = constraints_of(field, field.annotation)
            yield name, alias, field.annotation, bool(field.is_required()), field.exclude is True, limits
        return
    fields = getattr(cls, "__fields__", None)
    if isinstance(fields, dict) and kind_of_field(fields) == 1:
        hidden = getattr(getattr(cls, "__exclude_fields__", None), "keys", lambda: ())()
        for name, field in fields.items():
            info = getattr(field, "field_info", None)
            excluded = name in hidden or getattr(info, "exclude", None) is True
            annotation = old_annotation(field)
            if "ForwardRef(" in show(annotation):
                # Pydantic 1 resolves names in what it validates with only.
                annotation = type_hints(cls).get(name, field.type_)
            yield name, field.alias, annotation, bool(field.required), excluded, constraints(field)
        return
    import dataclasses

    if dataclasses.is_dataclass(cls):
        hints = type_hints(cls)
        for item in dataclasses.fields(cls):
            required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
            yield item.name, item.name, hints.get(item.name, item.type), required, False, {}


def type_hints(cls):
    try:
        return typing.get_type_hints(cls)
    except Exception:
        return {}


def vars_of(cls, name):
    try:
        return getattr(cls, name, None)
    except Exception:
        return None


def kind_of_field(fields):
    """Pydantic's major version by its field objects; 0 for none that is known. No fields count as 2."""
    for field in fields.values():
        if hasattr(field, "is_required"):
            return 2
        return 1 if hasattr(field, "outer_type_") else 0
    return 2


def old_annotation(field):
    """Pydantic 1's type of a field; ``outer_type_`` has lost Optional, ``annotation`` (1.10) has not."""
    annotation = getattr(field, "annotation", None)
    return annotation if annotation is not None else field.outer_type_


def field_annotation(field):
    """The type of a FastAPI parameter field, whatever Pydantic it is made with."""
    info = getattr(field, "field_info", None)
    annotation = getattr(info, "annotation", None)
    if annotation is not None:
        return annotation
    if hasattr(field, "outer_type_"):
        return old_annotation(field)
    return getattr(field, "type_", None)


def constraints(field):
    """Constraints in the words of JSON Schema, values as text: ``{"maximum": "100"}``."""
    constrained = getattr(field, "type_", None)
    own = is_class(constrained) and getattr(constrained, "__module__", "").startswith("pydantic")
    return constraints_of(getattr(field, "field_info", None), field_annotation(field), [constrained] if own else [])


def constraints_of(info, annotation, more=()):
    """As `constraints`, of Pydantic's own description of a field."""
    found = {}
    sources = [info, *(getattr(info, "metadata", None) or ()), *annotated_metadata(annotation), *more]
    for source in sources:
        for name, schema in _SCHEMA_NAMES.items():
            value = getattr(source, name, None)
            if value is None:
                value = (getattr(source, "__dict__", None) or {}).get(name)
            if value is not None and not callable(value):
                value = getattr(value, "pattern", value)
                found.setdefault(schema, clean(value, 200))
    for cls in classes_in(annotation):
        if issubclass(cls, enum.Enum):
            found.setdefault("enum", clean(", ".join(str(member.value) for member in cls), 200))
    literal = literal_values(annotation)
    if literal:
        found.setdefault("enum", clean(", ".join(map(str, literal)), 200))
    return found


def annotated_metadata(annotation, depth=0):
    if depth > 5:
        return
    yield from getattr(annotation, "__metadata__", None) or ()
    origin = getattr(annotation, "__origin__", None)
    if origin is not None and getattr(annotation, "__metadata__", None) is not None:
        yield from annotated_metadata(origin, depth + 1)
    elif origin is typing.Union or type(annotation).__name__ == "UnionType":
        for argument in type_arguments(annotation):
            yield from annotated_metadata(argument, depth + 1)


def literal_values(annotation):
    if getattr(annotation, "__origin__", None) is getattr(typing, "Literal", ()):
        return type_arguments(annotation)
    if getattr(annotation, "__origin__", None) is typing.Union or type(annotation).__name__ == "UnionType":
        for argument in type_arguments(annotation):
            found = literal_values(argument)
            if found:
                return found
    return ()


def where_of(field, default):
    """path, query, header, cookie, body or form."""
    name = type(getattr(field, "field_info", None)).__name__.lower()
    if name in ("form", "file"):
        return "form"
    return name if name in ("path", "query", "header", "cookie", "body") else default


def is_required(field):
    required = getattr(field, "required", None)
    if isinstance(required, bool):
        return required
    check = getattr(getattr(field, "field_info", None), "is_required", None)
    return bool(check()) if callable(check) else False
