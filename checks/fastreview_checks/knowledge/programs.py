"""Code that runs in a terminal: command line programs, and what a module does when it is started by name.

Sources: documentation of the libraries.
"""

import re
from functools import lru_cache

from fastreview.api import CallSite, Code, Function, Module, Project, absolute_name, syntax
from fastreview_checks.knowledge.callers import callers
from fastreview_checks.knowledge.served import served as answering

COMMAND_LIBRARIES = frozenset(
    {"click", "typer", "asyncclick", "argparse", "fire", "docopt", "cyclopts", "rich_click", "cleo", "cmd", "prompt_toolkit",
     "optparse", "questionary", "InquirerPy"}
)  # fmt: skip
PROGRAM_PATH = re.compile(
    r"(?:^|/)(?:cli|commands?|console|management|__main__)(?:/|\.py$)|(?:^|/)(?:cli_\w+|\w+_cli|manage)\.py$"
)

MAX_CALLERS = 200

_CLIENT_PATH = re.compile(r"(?:^|/)client(?:/|\.py$)")


def is_program(site: CallSite, project: Project) -> bool:
    module = site.code.module
    if _is_command(module):
        return True
    if isinstance(site.code, Function) and _asks_a_person(site.code):
        return True
    # A module with `if __name__ == "__main__":` and functions named main is a program as far as these go.
    guarded = [stmt for stmt in module.body if isinstance(stmt, syntax.If) and _asks_name(stmt.test)]
    if not isinstance(site.code, Function):
        return any(stmt.line <= site.call.line <= _end(stmt) for stmt in guarded)
    if not guarded:
        return False
    if module.name not in _imported(project) and module.path not in project.web_paths | project.entry_paths:
        return True
    return not any("." in name for name in site.code.decorator_names) and _only_guard_runs(site.code, project)


@lru_cache(maxsize=1_000)
def _only_guard_runs(code: Function, project: Project) -> bool:
    """Whether `if __name__ == "__main__":` of its module is where every way to a function begins."""
    guards = [stmt for stmt in code.module.body if isinstance(stmt, syntax.If) and _asks_name(stmt.test)]
    handed = {  # Process(target=main).start(), run(main)
        node.name
        for guard in guards
        for stmt in syntax.statements(guard.body)
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Ref)
    }
    pending, seen = [code], {id(code)}
    while pending:
        function = pending.pop()
        sites = callers(function, project)
        if not (sites or function.name in handed) or len(seen) > MAX_CALLERS:
            return False
        for site in sites:
            if site.code.module is not code.module:
                return False
            if not isinstance(site.code, Function):
                if not any(stmt.line <= site.call.line <= _end(stmt) for stmt in guards):
                    return False
            elif id(site.code) not in seen:
                seen.add(id(site.code))
                pending.append(site.code)
    return True


def _is_command(module: Module) -> bool:
    imported = {i.module.partition(".")[0] for i in module.facts.imports}
    return bool(PROGRAM_PATH.search(module.path)) or not imported.isdisjoint(COMMAND_LIBRARIES)


@lru_cache(maxsize=1_000)
def only_programs_run(code: Code, project: Project) -> bool:
    """Whether every way to a function begins in a command line program, and no request runs it: what reports to the one who
    started it."""
    if not isinstance(code, Function) or code in answering(project):
        return False
    pending, seen = [code], {id(code)}
    while pending:
        sites = callers(pending.pop(), project)
        if not sites or len(seen) > MAX_CALLERS:
            return False
        for site in sites:
            if _is_command(site.code.module):
                continue
            if not isinstance(site.code, Function):
                return False
            if id(site.code) not in seen:
                seen.add(id(site.code))
                pending.append(site.code)
    return True


def speaks_to_a_screen(site: CallSite, project: Project) -> bool:
    """Whether what is printed is for somebody who looks on: the last words of a process, text in colours, or the service's own
    client library, as far as no request runs it."""
    code = site.code
    if _colours(code.module) or (isinstance(code, Function) and _ends_the_process(code)):
        return True
    return (
        bool(_CLIENT_PATH.search(code.module.path)) and isinstance(code, Function) and not answering(project).get(code)
    )


@lru_cache(maxsize=1)
def served(project: Project) -> frozenset[str]:
    """Paths of the modules that the apps import, through others too: what is not among them does not answer requests."""
    start = project.web_paths | {app.place.path for app in project.apps}
    queue = [module for module in project.modules if module.path in start]
    found = {module.path for module in queue}
    seen: set[str] = set()
    while queue:
        fresh = _imports(queue.pop()) - seen
        seen |= fresh
        for name in fresh:
            other = project.names.module(name)
            if other is not None and other.path not in found:
                found.add(other.path)
                queue.append(other)
    return frozenset(found)


@lru_cache(maxsize=1)
def _imported(project: Project) -> frozenset[str]:
    """Names of modules that the service imports, with those of what is imported from them."""
    return frozenset().union(*[_imports(module) for module in project.service_modules])


@lru_cache(maxsize=10_000)
def _imports(module: Module) -> frozenset[str]:
    """The modules that an import runs: packages on the way, the module, and submodules imported by name."""
    found: set[str] = set()
    for one in module.facts.imports:
        name = f"{absolute_name(module, one)}.{one.name}"
        # With a name stand those of the packages around it.
        while name and name not in found:
            found.add(name)
            name = name.rpartition(".")[0]
    return frozenset(found)


@lru_cache(maxsize=1_000)
def _asks_a_person(function: Function) -> bool:
    """Whether a function holds a dialogue: what it prints stands around an `input`, called or handed to a thread."""
    if "input" in function.parameters or "input" in function.bindings:
        return False
    return any(site.call.name == "input" or syntax.Ref("input") in site.call.args for site in function.calls)


@lru_cache(maxsize=1_000)
def _ends_the_process(function: Function) -> bool:
    return any(site.call.name in ("exit", "quit", "sys.exit") for site in function.calls)


@lru_cache(maxsize=1_000)
def _colours(module: Module) -> bool:
    """Whether a module keeps the codes of a terminal's colours: what it prints is for a screen."""
    return any(
        isinstance(stmt, syntax.Assign) and isinstance(stmt.value, str) and stmt.value.startswith("\x1b[")
        for stmt in module.body
    )


def _asks_name(test: syntax.Expr) -> bool:
    return isinstance(test, syntax.Operation) and syntax.Ref("__name__") in test.operands


def _end(stmt: syntax.If) -> int:
    return max((_last_line(inner) for inner in syntax.statements(stmt.body)), default=stmt.line)


def _last_line(stmt: syntax.Stmt) -> int:
    lines = [
        node.end_line
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Call)
    ]
    return max([stmt.line, *lines])
