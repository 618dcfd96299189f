"""Cookies that stand for a user: which they are, and how each library is told to protect them.

Sources: Starlette's documentation of `set_cookie` and `SessionMiddleware`, fastapi-users' of `CookieTransport`, RFC 6265bis.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import CallSite, Code, External, Middleware, Place, Project, syntax
from fastreview_checks.knowledge.development import in_development

_SESSION = re.compile(
    r"session|sess_?id|^sid$|(?:^|_)(?:auth|jwt|token|access|refresh|bearer|identity|remember|login_token|user_token)(?:_|$|\.)|auth_cookie"
    r"|authorization|^_?cookie_name$",
    re.IGNORECASE,
)
_NOT_SESSION = re.compile(
    r"csrf|xsrf|logged_?in|theme|lang|locale|consent|hint|tz|timezone|message|flash|return|redirect|last_|banner|captcha",
    re.IGNORECASE,
)
_FLAGS = ("", "true", "false", "1", "0", "yes", "no")
"""Values that open nothing: a cookie that says that a token has expired is none."""
_POSITIONS = {"secure": 6, "httponly": 7, "samesite": 8}


class Cookie(NamedTuple):
    """A cookie that stands for a user, and what it lacks."""

    place: Place
    name: str
    lacks: tuple[str, ...]
    code: Code | None


def session_cookies(project: Project) -> Iterator[Cookie]:
    for site in project.calls("set_cookie"):
        cookie = _set(site, project)
        if cookie is not None:
            yield cookie
    for site in project.calls("CookieTransport"):
        off = [o for o in ("cookie_secure", "cookie_httponly") if site.call.keyword(o) is False]
        names = tuple(option.removeprefix("cookie_") for option in off)
        yield Cookie(site.place, "the login", names, site.code)
    for middleware in project.middleware:
        if middleware.library.endswith("middleware.sessions.SessionMiddleware"):
            yield _middleware(middleware)


def _set(site: CallSite, project: Project) -> Cookie | None:
    call = site.call
    key = call.argument(0, "key")
    if isinstance(key, syntax.Missing) or _is_cleared(call) or _is_own(site, project) or _in_development(site):
        return None
    name = project.constants.text(key, site.code) or syntax.written(key, 80).rpartition(".")[2]
    written = f"{name} {syntax.written(key, 80).rpartition('.')[2]}"
    if not any(_SESSION.search(word) for word in written.split()) or _NOT_SESSION.search(written):
        return None
    return Cookie(site.place, f"`{name}`", tuple(_lacking(site, project)), site.code)


def _lacking(site: CallSite, project: Project) -> Iterator[str]:
    for option, position in _POSITIONS.items():
        given = site.call.argument(position, option)
        if isinstance(given, syntax.Missing):
            found = project.constants.argument(site.call, -1, option, site.code)
            if found is None and any(not k.name for k in site.call.keywords):
                continue
            given = found.expr if found is not None else given
        # Starlette's own default is SameSite=lax.
        if option == "samesite":
            if given is None:
                yield option
        elif given is False or isinstance(given, syntax.Missing):
            yield option


def _middleware(middleware: Middleware) -> Cookie:
    given = middleware.options.get("https_only", False)
    return Cookie(middleware.place, "the session", ("secure",) if given is False else (), middleware.code)


def _is_cleared(call: syntax.Call) -> bool:
    ages = [call.argument(2, "max_age"), call.argument(3, "expires")]
    value = call.argument(1, "value")
    return value in _FLAGS or any(type(age) is int and age <= 0 for age in ages)


def _in_development(site: CallSite) -> bool:
    """Whether the call stands under a condition about the environment."""
    known = in_development(site.code.body)
    return any(
        id(stmt) in known and any(node is site.call for expr in syntax.expressions(stmt) for node in syntax.walk(expr))
        for stmt in site.code.statements
    )


def _is_own(site: CallSite, project: Project) -> bool:
    """A function of the project that is called ``set_cookie``, or the cookies of a client."""
    target = project.values.target(site)
    return target is not None and not isinstance(target, External)
