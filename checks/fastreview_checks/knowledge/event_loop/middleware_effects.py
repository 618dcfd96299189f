"""What own middleware does that a test could assert: what it is called, and the headers and cookies that it writes."""

import re
from collections import Counter
from collections.abc import Iterator

from fastreview.api import Class, Code, Function, Middleware, Module, Project, syntax
from fastreview_checks.knowledge.reached import reached

MAX_CODES = 400
"""Bodies of tests that are read for words."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)+|[a-z]+(?:_[a-z]+)+")
"""Names of headers (``X-Request-ID``) and of cookies or keys (``access_token``)."""
_ASKING = re.compile(r"(?:^|\.)(?:req|request)\.(?:\w+\.)*get$")
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
                kept = words if "cookies" in code.mentioned else {word for word in words if "-" in word}
                if read <= MAX_CODES and not kept.isdisjoint(_words(code.statements)):
                    return module
    return None


def _alone_sets_cookies(middleware: Middleware, project: Project) -> bool:
    setting = {id(site.code) for site in project.calls("set_cookie")}
    return bool(setting) and setting <= {id(function) for function in middleware.functions}


def _effects(function: Function, project: Project) -> Iterator[str]:
    """Strings that it, what stands in it and what it calls closely put somewhere. What it only asks the request for shows
    nowhere, unless it may turn the request away."""
    own = (*reached(function, project, 1), *(f for f in function.module.functions if f.parent is function))
    said, asked = Counter[str](), Counter[str]()
    for code in own:
        for stmt in code.statements:
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    said.update(_text(node, code, project))
                    asked.update(_text(_asked(node), code, project))
    if not any(_answers(stmt) for code in own for stmt in code.statements):
        said -= asked
    return (word for word in said if _WORD.fullmatch(word))


def _answers(stmt: syntax.Stmt) -> bool:
    """Whether it ends the request itself: ``return JSONResponse(...)``, ``raise HTTPException(403)``."""
    made = stmt.value if isinstance(stmt, syntax.Return) else None
    return isinstance(stmt, syntax.Raise) or (isinstance(made, syntax.Call) and made.method.endswith("Response"))


def _text(node: syntax.Expr, code: Code, project: Project) -> tuple[str, ...]:
    text = node
    if isinstance(node, syntax.Ref) and node.last.isupper():
        text = project.constants.text(node, code)
    return (text,) if isinstance(text, str) else ()


def _asked(node: syntax.Expr) -> syntax.Expr:
    """``name`` in ``request.headers.get(name)`` and ``request.cookies[name]``."""
    match node:
        case syntax.Call(func=syntax.Ref(name=name), args=(given, *_)) if _ASKING.search(name):
            return given
        case syntax.Subscript(value=syntax.Ref(name=name), index=given) if _ASKING.search(f"{name}.get"):
            return given
    return None


def _words(statements: tuple[syntax.Stmt, ...]) -> set[str]:
    return {
        node.lower()
        for stmt in statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, str)
    }
