"""Secrets that a module demands of the environment while it is imported."""

from collections.abc import Iterator

from fastreview.api import External, Module, Place, Project, syntax
from fastreview_checks.knowledge.importing import SECRET, asides, imported_by_app

_READERS = frozenset({"os.getenv", "os.environ.get"})


def needed_variables(project: Project) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """For each module that is loaded with the app the first place, and the names of all variables that it fails without:
    ``os.environ["JWT_SECRET"]``, and ``raise`` where one that was asked for is not there."""
    for module in imported_by_app(project):
        if "environ" in module.mentioned or "getenv" in module.mentioned:
            found = sorted(_of_module(module, project))
            if found:
                yield Place(module.path, found[0][0]), tuple(dict.fromkeys(name for _, name in found))


def _of_module(module: Module, project: Project) -> Iterator[tuple[int, str]]:
    asked: dict[str, str] = {}
    aside, guarded = asides(module)
    for stmt in module.body:
        line = getattr(stmt, "line", 0)
        if isinstance(stmt, syntax.If) and line not in aside and any(isinstance(s, syntax.Raise) for s in stmt.body):
            missing = _missing(stmt.test)
            if missing in asked:
                yield line, asked[missing]
        if not isinstance(stmt, syntax.Assign) or line in aside or line in guarded:
            continue
        for node in syntax.walk(stmt.value):
            if isinstance(node, syntax.Subscript) and isinstance(node.index, str) and SECRET.search(node.index):
                found = project.values.of(node.value, module)
                if isinstance(found, External) and found.name == "os.environ":
                    yield line, node.index
        name = _asked(stmt.value, module, project)
        if name and len(stmt.targets) == 1 and isinstance(stmt.targets[0], syntax.Ref):
            asked[stmt.targets[0].name] = name


def _asked(expr: syntax.Expr, module: Module, project: Project) -> str:
    """The secret that is read without a default, or ""."""
    match expr:
        case syntax.Call(func=func, args=(str() as name,), keywords=()) if SECRET.search(name):
            reader = project.values.of(func, module)
            return name if isinstance(reader, External) and reader.name in _READERS else ""
    return ""


def _missing(test: syntax.Expr) -> str:
    """The name that ``not name`` or ``name is None`` asks for."""
    match test:
        case syntax.Operation(op="not", operands=(syntax.Ref(name=name),)):
            return name
        case syntax.Operation(op="is" | "==", operands=(syntax.Ref(name=name), None)):
            return name
    return ""
