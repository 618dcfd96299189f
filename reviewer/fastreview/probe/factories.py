"""Calling an application's factory, with settings or defaults for the arguments that it requires."""

from __future__ import annotations

import inspect
import typing

from .places import clean

MAX_DEPTH = 4
_NOTHING = object()
_PLAIN = {bool: False, int: 0, float: 0.0, str: "", bytes: b"", list: [], dict: {}, set: set(), tuple: ()}


def called(factory, assume):
    """What the factory returns, awaited where need be; ``assume`` is told each argument that it was given.

    Raises:
        TypeError: when it requires an argument that cannot be made up.
    """
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        signature = None
    positional, named = [], {}
    hints = hints_of(factory)
    for name, parameter in signature.parameters.items() if signature else ():
        if parameter.default is not parameter.empty or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            continue
        value = argument(hints.get(name, parameter.annotation))
        if value is _NOTHING:
            raise TypeError("it needs an argument: %s" % name)
        label = getattr(factory, "__name__", "the factory")
        assume("%s was called with %s=%s" % (clean(label, 100), name, shown(value)))
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            named[name] = value
    result = factory(*positional, **named)
    if inspect.isawaitable(result):
        import asyncio

        async def finished():
            return await result

        return asyncio.run(finished())
    return result


def hints_of(callable_):
    """Annotations with text ones evaluated, where that is possible."""
    try:
        return typing.get_type_hints(callable_)
    except Exception:
        return {}


def argument(annotation, depth=0):
    """A value for a parameter or field of this type, `_NOTHING` where none can be made up."""
    if annotation in (None, type(None)) or type(None) in typing_arguments(annotation):
        return None
    origin = getattr(annotation, "__origin__", None) or annotation
    for kind, value in _PLAIN.items():
        if origin is kind:
            return type(value)(value)
    if not isinstance(annotation, type) or annotation in (object, inspect.Parameter.empty) or depth > MAX_DEPTH:
        return _NOTHING
    members = list(getattr(annotation, "__members__", {}).values())
    if members:
        return members[0]
    try:
        return annotation()
    except TypeError:
        pass
    except Exception as error:
        # A settings class says itself what it is missing, which the next attempt supplies.
        if type(error).__name__ != "ValidationError" or is_settings(annotation):
            raise
    return constructed(annotation, depth)


def constructed(cls, depth):
    """An instance with what its constructor requires made up."""
    given = {}
    try:
        parameters = inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return _NOTHING
    hints = hints_of(cls.__init__) if "__init__" in vars(cls) else {}
    hints = dict(hints_of(cls), **{name: kind for name, kind in hints.items() if name != "return"})
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and parameter.kind in (
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        ):
            value = argument(hints.get(name, parameter.annotation), depth + 1)
            if value is _NOTHING:
                return _NOTHING
            given[name] = value
    try:
        return cls(**given)
    except Exception:
        return _NOTHING


def typing_arguments(annotation):
    arguments = getattr(annotation, "__args__", None)
    union = getattr(annotation, "__origin__", None) is typing.Union or type(annotation).__name__ == "UnionType"
    return arguments if union and isinstance(arguments, tuple) else ()


def is_settings(cls):
    return any(base.__name__ == "BaseSettings" for base in cls.__mro__)


def shown(value):
    plain = value is None or type(value) in _PLAIN
    return clean(repr(value) if plain else "%s()" % type(value).__name__, 100)
