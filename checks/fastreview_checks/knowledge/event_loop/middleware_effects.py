"""What own middleware does that a test could assert: what it is called, and the headers and cookies that it writes."""

import re
from collections.abc import Iterator

from fastreview.api import Class, Function, Middleware, Module, Project, syntax
from fastreview_checks.knowledge.reached import reached

MAX_CODES = 400
"""Bodies of tests that are read for words."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)+|[a-z]+(?:_[a-z]+)+")
"""Names of headers (``X-Request-ID``) and of cookies or keys (``access_token``)."""
_COMMON = frozenset(
    {"content-type", "content-length", "user-agent", "set-cookie", "x-forwarded-for", "application-json"}
)


def own_middleware(project: Project) -> tuple[Middleware, ...]:
    """Middleware of the service's own code, as the app declares it."""
    return tuple(m for m in project.middleware if (m.cls or m.function) and m.functions)


def tested_class(project: Project) -> tuple[Class, Module] | None:
    """A middleware class that a test imports, where the code does not show how it gets into the app."""
    names: dict[str, Class] = {
        cls.name: cls
        for module in project.service_modules
        for cls in module.classes
        if any(isinstance(base, syntax.Ref) and base.last == "BaseHTTPMiddleware" for base in cls.facts.bases)
    }
    for test in project.tests if names else ():
        for found in test.function.module.facts.imports:
            if found.name in names:
                return names[found.name], test.function.module
    return None


def test_of(middleware: Middleware, project: Project) -> Module | None:
    """A test module that asserts something about this middleware, as far as the code shows."""
    tests = list({id(t.function.module): t.function.module for t in project.tests}.values())
    own = middleware.cls or middleware.function
    name = own.name if own is not None else ""
    for module in tests:
        if any(found.name == name for found in module.facts.imports) or any(name in c.called for c in module.codes()):
            return module
    words = {word.lower() for function in middleware.functions for word in _effects(function, project)} - _COMMON
    cookies = _alone_sets_cookies(middleware, project)
    read = 0
    for module in tests:
        for code in module.codes():
            if cookies and "cookies" in code.mentioned:
                return module
            if words and ("headers" in code.mentioned or "cookies" in code.mentioned):
                read += 1
                if read <= MAX_CODES and not words.isdisjoint(_words(code.statements)):
                    return module
    return None


def _alone_sets_cookies(middleware: Middleware, project: Project) -> bool:
    setting = {id(site.code) for site in project.calls("set_cookie")}
    return bool(setting) and setting <= {id(function) for function in middleware.functions}


def _effects(function: Function, project: Project) -> Iterator[str]:
    """Strings that it, what stands in it and what it calls closely put somewhere."""
    own = (*reached(function, project, 1), *(f for f in function.module.functions if f.parent is function))
    for code in own:
        for stmt in code.statements:
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    text = node
                    if isinstance(node, syntax.Ref) and node.last.isupper():
                        text = project.constants.text(node, code)
                    if isinstance(text, str) and _WORD.fullmatch(text):
                        yield text


def _words(statements: tuple[syntax.Stmt, ...]) -> set[str]:
    return {
        node.lower()
        for stmt in statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, str)
    }
