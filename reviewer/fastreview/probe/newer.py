"""What newer Pythons do for a project that is written for them, where an older one has to import it."""

from __future__ import annotations
import __future__

import ast
import builtins
import os
import sys
import time
import uuid
from importlib import machinery

MODULE_NAMES = frozenset(dir(builtins)) | {"__file__", "__name__", "__path__", "__spec__", "__doc__", "__package__"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def behave_newer(project):
    """From now on the project's modules are imported as Python 3.14 imports them, as far as an import can tell.

    - Annotations are not evaluated (PEP 649) in modules where one of them names what is not there yet. Elsewhere they
      are left as they are: libraries read evaluated ones more easily.
    - ``uuid.uuid7`` is there.
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
    return not _Block(set(MODULE_NAMES)).passes(tree.body)


class _Block:
    """Statements of a module or class in their order; ``bound`` are the names that they can use by then."""

    def __init__(self, bound):
        self.bound = bound

    def passes(self, statements):
        return all(map(self.statement, statements))

    def statement(self, node):
        """False as soon as an annotation has a name that is not bound; a star import may bind any."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            self.bound |= names
            return "*" not in names or self.give_up()
        if isinstance(node, _FUNCTIONS):
            passed = all(map(self.known, _annotations(node)))
            self.bound.add(node.name)
            return passed
        if isinstance(node, ast.ClassDef):
            parameters = {one.name for one in getattr(node, "type_params", ())}
            passed = _Block(self.bound | parameters).passes(node.body)
            self.bound.add(node.name)
            return passed
        if isinstance(node, ast.AnnAssign) and not self.known(node.annotation):
            return False
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return self.passes(node.orelse)
        self.bound |= _bound_by(node)
        inner = (getattr(node, part, ()) for part in ("body", "handlers", "orelse", "finalbody"))
        return all(self.passes(one) for one in inner if isinstance(one, list))

    def known(self, annotation):
        inside = {one.id for one in ast.walk(annotation) if isinstance(one, ast.Name)}
        return "*" in self.bound or inside <= self.bound

    def give_up(self):
        self.bound.add("*")
        return True


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
