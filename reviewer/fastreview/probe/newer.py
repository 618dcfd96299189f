"""What newer Pythons do for a project that is written for them, where an older one has to import it."""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import os
import sys
import time
import types
import uuid
from importlib import machinery
from importlib.util import find_spec

MODULE_NAMES = frozenset(dir(builtins)) | {"__file__", "__name__", "__path__", "__spec__", "__doc__", "__package__"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def behave_newer(project):
    """From now on the project's modules are imported as Python 3.14 imports them, as far as an import can tell.

    - Annotations are not evaluated (PEP 649) in modules where one of them names what is not there yet. Elsewhere they
      are left as they are: libraries read evaluated ones more easily.
    - ``uuid.uuid7`` and the package ``compression`` are there.
    """
    compiled = machinery.SourceFileLoader.source_to_code

    def source_to_code(self, data, path, *, _optimize=-1):
        if sys.version_info < (3, 14) and project.relative(path) and names_what_follows(data):
            flags = __future__.annotations.compiler_flag
            return compile(data, path, "exec", flags=flags, dont_inherit=True, optimize=_optimize)
        return compiled(self, data, path, _optimize=_optimize)

    machinery.SourceFileLoader.source_to_code = source_to_code
    if not hasattr(uuid, "uuid7"):
        uuid.uuid7 = uuid7
    if not find_spec("compression"):
        add_compression()


def add_compression():
    """The package of Python 3.14 that gathers the modules for compression (PEP 784); its ``zstd`` can only be imported."""
    package = types.ModuleType("compression")
    package.__path__ = []
    zstd = types.ModuleType("compression.zstd")
    zstd.__getattr__ = _of_zstd
    sys.modules["compression"] = package
    for name in ("bz2", "gzip", "lzma", "zlib"):
        setattr(package, name, sys.modules.setdefault("compression." + name, importlib.import_module(name)))
    package.zstd = sys.modules["compression.zstd"] = zstd


def _of_zstd(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (Exception,), {})


def uuid7():
    """Milliseconds since 1970, then random bits, as RFC 9562 lays them out."""
    number = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def names_what_follows(source):
    """Whether an annotation that is evaluated at import names something that nothing above it binds."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not _Block(set(MODULE_NAMES)).passes(tree.body) or _decorators_do(tree)


def _decorators_do(tree):
    """Whether a function inside of one, which a decorator may make at import, names what is bound nowhere at all."""
    inner = [
        one
        for function in ast.walk(tree)
        if isinstance(function, _FUNCTIONS)
        for one in ast.walk(function)
        if one is not function and isinstance(one, _FUNCTIONS)
    ]
    if not inner:
        return False
    bound = _Block(set(MODULE_NAMES))
    for node in _without_typing(tree):
        if isinstance(node, ast.stmt):
            bound.bind(node)
        bound.bound |= (
            {node.arg} if isinstance(node, ast.arg) else {one.name for one in getattr(node, "type_params", ())}
        )
    return not all(bound.known(one) for function in inner for one in _annotations(function))


def _without_typing(tree):
    """All nodes but those that are for type checkers only."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending += node.orelse if _for_checkers(node) else ast.iter_child_nodes(node)


def _for_checkers(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


class _Block:
    """Statements of a module or class in their order; ``bound`` are the names that they can use by then."""

    def __init__(self, bound):
        self.bound = bound

    def passes(self, statements):
        return all(map(self.statement, statements))

    def statement(self, node):
        """False as soon as an annotation has a name that is not bound; a star import may bind any."""
        passed = True
        if isinstance(node, _FUNCTIONS):
            passed = all(map(self.known, _annotations(node)))
        elif isinstance(node, ast.ClassDef):
            parameters = {one.name for one in getattr(node, "type_params", ())}
            passed = _Block(self.bound | parameters).passes(node.body)
        elif isinstance(node, ast.AnnAssign):
            passed = self.known(node.annotation)
        elif _for_checkers(node):
            return self.passes(node.orelse)
        self.bind(node)
        if not passed or isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            return passed
        inner = (getattr(node, part, ()) for part in ("body", "handlers", "orelse", "finalbody"))
        return all(self.passes(one) for one in inner if isinstance(one, list))

    def bind(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self.bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            self.bound.add(node.name)
        else:
            self.bound |= _bound_by(node)

    def known(self, annotation):
        inside = {one.id for one in ast.walk(annotation) if isinstance(one, ast.Name)}
        return "*" in self.bound or inside <= self.bound


def _annotations(function):
    parameters = {one.name for one in getattr(function, "type_params", ())}
    arguments = function.args
    every = getattr(arguments, "posonlyargs", []) + arguments.args + arguments.kwonlyargs
    every += [one for one in (arguments.vararg, arguments.kwarg) if one]
    found = [one.annotation for one in every if one.annotation] + ([function.returns] if function.returns else [])
    return [one for one in found if not parameters.intersection(name.id for name in _names(one))]


def _names(tree):
    return [one for one in ast.walk(tree) if isinstance(one, ast.Name)]


def _bound_by(node):
    """Names that a statement binds itself, its blocks left out."""
    found = {node.name} if isinstance(node, ast.ExceptHandler) and node.name else set()
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, (ast.stmt, ast.ExceptHandler)):
            found |= {one.id for one in _names(part) if isinstance(one.ctx, ast.Store)}
    return found
