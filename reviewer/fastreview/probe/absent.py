"""Modules that stand for packages which could not be installed: they answer whatever a project asks of them at import."""

from __future__ import annotations

import inspect
import sys
import types
from importlib import machinery

_ERRORS = ("Error", "Exception", "Warning")


def stand_in_for(names):
    """From now on modules called ``names``, and any below them, are such, whether or not something else provides them."""
    if names:
        sys.meta_path.insert(0, _Finder(frozenset(names)))


class _Finder:
    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        return machinery.ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in self.names else None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


class _Module(types.ModuleType):
    __version__ = "0.0.0"
    __all__ = ()

    def __getattr__(self, name):
        found = asked(name, self.__name__)
        setattr(self, name, found)
        return found


def asked(name, module):
    """What stands for the attribute ``name``: an exception where it is called like one."""
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (Exception,), {"__module__": module}) if name.endswith(_ERRORS) else Absent(name, module)


class Inherited:
    """What classes inherit from, where they would inherit from an `Absent`."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return asked(name, __name__)


class Absent:
    """Anything: a class to inherit from, a function, a decorator, a type, an object.

    It is empty and never in the way. What a call gives is false: no device is there, nothing is found, no loop goes on.
    """

    __signature__ = inspect.Signature()

    def __init__(self, name="", module="", *, true=True):
        self.__name__ = self.__qualname__ = name
        self.__module__ = module
        self._true = true

    def __getattr__(self, name):
        found = asked(name, self.__module__)
        setattr(self, name, found)
        return found

    def __call__(self, *args, **kwargs):
        alone = len(args) == 1 and not kwargs
        if alone and (inspect.isfunction(args[0]) or inspect.isclass(args[0])):
            return args[0]
        return Absent(self.__name__, self.__module__, true=False)

    def __mro_entries__(self, bases):
        return () if any(isinstance(one, type) for one in bases) else (Inherited,)

    def __get_pydantic_core_schema__(self, source, handler):
        from pydantic_core import core_schema

        return core_schema.any_schema()

    def __instancecheck__(self, instance):
        return False

    def __subclasscheck__(self, subclass):
        return False

    def __bool__(self):
        return self._true

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __contains__(self, item):
        return False

    def __setitem__(self, key, value):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return None

    def __await__(self):
        return iter(())

    def _self(self, *others):
        return self

    __getitem__ = __or__ = __ror__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __truediv__ = __rtruediv__ = __neg__ = _self
