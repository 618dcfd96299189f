"""What a failed import says about its environment: a package that nobody declared, a version that is too new."""

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from fastreview.gather.distributions import distribution, distribution_name
from fastreview.gather.environment.plans import Changes

MAX_UNDECLARED = 3
"""Undeclared packages that are added one after another: a project that misses more is not described by its files."""

_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
# What libraries say when an optional package of theirs is needed, and the package.
_ASKED_FOR = (
    (re.compile(r"email-validator is not installed"), "email-validator"),
    (re.compile(r"python-multipart[`\"']* (?:library )?(?:to be|must be)"), "python-multipart"),
    (re.compile(r"`?jinja2`? must be installed"), "jinja2"),
    (re.compile(r"`?itsdangerous`? must be installed"), "itsdangerous"),
    (re.compile(r"bcrypt: no backends available"), "bcrypt"),
    (re.compile(r"argon2: no backends available"), "argon2-cffi"),
    (re.compile(r"cryptography.{0,20} (?:package )?is required"), "cryptography"),
    (re.compile(r"`?orjson`? must be installed"), "orjson"),
    (re.compile(r"`?ujson`? must be installed"), "ujson"),
    (re.compile(r"requires? (?:the )?[`'\"]?httpx2?[`'\"]? (?:package|library)"), "httpx"),
    (re.compile(r"greenlet library is required|Python 'greenlet' library"), "greenlet"),
)
# What they say more generally: the package is the first group.
_NAMED = (
    re.compile(r"[`'\"]([A-Za-z][\w.-]*)[`'\"] (?:package |library )?(?:must be|needs to be|is not) installed"),
    re.compile(r"\bpip3? install (?:-U |--upgrade )?[`'\"]?([A-Za-z][\w.-]*\w)"),
)
_NO_LIBRARY = re.compile(
    r"\blib[\w.+-]+\.so[\d.]*: cannot open shared object|cannot load library '|no library called \""
)
_WANTS_ASYNC = re.compile(r"asyncio extension requires an async driver")
# What breaks where a newer major version was installed than the code was written for. Sources: the migration guides.
_TOO_NEW = (
    (
        re.compile(
            r"`?BaseSettings`? has been moved|`regex` is removed|`const` is removed|`(?:min|max)_items` is removed"
            r"|pydantic\.(?:error_wrappers|fields\.ModelField|utils|typing|datetime_parse)|'ModelField' from 'pydantic"
            r"|removed in V2|If you use `@root_validator` with pre=False|non-annotated attribute was detected"
            r"|`__modify_schema__` method is not supported|Constrained(?:Str|Int|List|Float)|@field_validator.{0,40}`field`"
        ),
        "pydantic<2",
    ),
    # FastAPI itself, Query, Path, Body ... took any further argument until then.
    (
        re.compile(
            r"TypeError: (?:FastAPI|APIRouter|Query|Path|Header|Cookie|Body|Form|File|Param)\w*(?:\.__init__)?\(\)"
            r" got an unexpected"
        ),
        "fastapi<0.155",
    ),
    (re.compile(r"(?:on_event|add_event_handler|on_startup|on_shutdown)"), "starlette<1"),
    (
        re.compile(r"unexpected keyword argument 'bind'|can't be correctly interpreted for Annotated Declarative"),
        "sqlalchemy<2",
    ),
    (re.compile(r"module 'bcrypt' has no attribute '__about__'"), "bcrypt<4.1"),
    (re.compile(r"No module named 'pkg_resources'"), "setuptools<81"),
    (re.compile(r"cannot import name 'soft_unicode' from 'markupsafe'"), "markupsafe<2.1"),
)
# Modules and behaviour that a version of Python took away, and the last one that has them. Source: What's New in Python.
_TOO_NEW_PYTHON = (
    (
        re.compile(r"No module named '(?:cgi|crypt|imghdr|telnetlib|audioop|pipes|sndhdr|nntplib)'|__firstlineno__"),
        "3.12",
    ),
    (re.compile(r"No module named '(?:asyncore|asynchat|smtpd|imp)'|recursive_guard|module 'pkgutil' has no"), "3.11"),
    (re.compile(r"duplicate base class TimeoutError|module 'asyncio' has no attribute 'coroutine'"), "3.10"),
    (re.compile(r"cannot import name '\w+' from 'collections'|module 'collections' has no attribute"), "3.9"),
)

# A name that another version of an installed package has: the package's module.
_OTHER_VERSION = (
    re.compile(r"cannot import name '\w+' from '([\w.]+)' \([^)]*(?:site|dist)-packages"),
    re.compile(r"module '([\w.]+)' has no attribute"),
    re.compile(r"No module named '(\w+\.[\w.]+)'"),
)

# Imports that only older versions satisfy, and those. Source: the migration guide of Pydantic 2.
_OLD_IMPORTS = (
    ("pydantic", "BaseSettings", "pydantic<2"),
    ("pydantic.fields", "ModelField", "pydantic<2"),
    ("pydantic.error_wrappers", "ErrorWrapper", "pydantic<2"),
    ("pydantic.utils", "GetterDict", "pydantic<2"),
)


class Revealed(Struct, frozen=True):
    """``undeclared`` are pairs of a module and the package that was added for it; ``notes`` say what was assumed."""

    changes: Changes = Changes()
    notes: tuple[str, ...] = ()
    undeclared: tuple[tuple[str, str], ...] = ()


def written_for(imports: Iterable[tuple[str, str]], pins: Mapping[str, str]) -> Revealed:
    """What to change from the start, by the names that the code imports (module, name), where no pin decides it."""
    names = set(imports)
    found = {bound for module, name, bound in _OLD_IMPORTS if (module, name) in names}
    bounds = tuple(sorted(bound for bound in found if distribution_name(bound) not in pins))
    return Revealed(
        Changes(bounds=bounds), tuple(f"{bound} was installed: the code is written for it" for bound in bounds)
    )


class Situation(Struct, frozen=True):
    """What is known when an import fails. ``optional`` are requirements that are declared for other occasions, by
    package; ``installed`` the versions in the environment; ``owner`` says which package brings a module, or "";
    ``left_out`` are packages that cannot be installed, each with the reason; ``pins`` the versions that the project pins.
    """

    optional: Mapping[str, str]
    installed: Mapping[str, str]
    owner: Callable[[str], str]
    left_out: Mapping[str, str] = {}
    pins: Mapping[str, str] = {}

    def version(self, name: str) -> str:
        """The installed version of a package by its normalised name, or ""."""
        return next((version for one, version in self.installed.items() if distribution_name(one) == name), "")


def revealed(error: str, before: Revealed, situation: Situation) -> Revealed | None:
    """``before`` with one more change, or None where the environment is not what is wrong, or nothing is left to try."""
    change = _change(error, before.changes, situation)
    if change is None:
        return None
    return Revealed(change.changes, (*before.notes, *change.notes), (*before.undeclared, *change.undeclared))


def explained(error: str, left_out: Mapping[str, str]) -> str:
    """Why the module that an import missed is not there, as the end of a sentence; "" where that is not known."""
    missing = missing_module(error)
    why = left_out.get(distribution_name(distribution(missing)), "") if missing else ""
    return f"; it was left out: {why}" if why else ""


def missing_module(error: str) -> str:
    """The module that an import missed, or ""."""
    missing = _NO_MODULE.search(error)
    return missing[1] if missing else ""


def asked_for(error: str) -> str:
    """The package that an error asks to have installed, or ""."""
    known = next((name for pattern, name in _ASKED_FOR if pattern.search(error)), "")
    return known or next((found[1] for pattern in _NAMED if (found := pattern.search(error))), "")


def misses_library(error: str) -> bool:
    """Whether a library of the system is what an import misses."""
    return _NO_LIBRARY.search(error) is not None


def without_framework(before: Revealed) -> Revealed:
    """What to change where no declared package brings FastAPI."""
    changes = replace(before.changes, added=(*before.changes.added, "fastapi"))
    note = "fastapi was installed: the project's packages do not bring it"
    return Revealed(changes, (*before.notes, note), (*before.undeclared, ("fastapi", "fastapi")))


def _change(error: str, known: Changes, situation: Situation) -> Revealed | None:
    for pattern, python in _TOO_NEW_PYTHON:
        if pattern.search(error) and not known.python:
            note = f"Python {python} was used: the code needs what newer versions do not have"
            return Revealed(replace(known, python=python), (note,))
    for pattern, bound in _TOO_NEW:
        if pattern.search(error) and bound not in known.bounds:
            note = f"{bound} was installed: the code is written for it"
            if not situation.version(distribution_name(bound)):
                return Revealed(replace(known, added=(*known.added, bound)), (note,))
            return Revealed(replace(known, bounds=(*known.bounds, bound)), (note,))
    if _WANTS_ASYNC.search(error) and not situation.version("aiosqlite") and "aiosqlite" not in known.added:
        note = "aiosqlite was installed: the import opens a database, and nothing says which"
        return Revealed(replace(known, added=(*known.added, "aiosqlite")), (note,))
    missing = missing_module(error)
    asked = asked_for(error)
    if asked or missing:
        module = missing or asked
        added = _added(module, asked or distribution(module), known, situation)
        if added is not None:
            return added
    other = next((found[1] for pattern in _OTHER_VERSION if (found := pattern.search(error))), "")
    return _older(other, known, situation) if other else None


def _added(module: str, requirement: str, known: Changes, situation: Situation) -> Revealed | None:
    name = distribution_name(requirement)
    if situation.version(name) or name in (*situation.left_out, *map(distribution_name, known.added)):
        return None
    if situation.owner(module):
        return None
    if name in situation.optional:
        note = f"{name} is declared for other occasions only, and needed by the import"
        return Revealed(replace(known, added=(*known.added, situation.optional[name])), (note,))
    undeclared = [line for line in known.added if distribution_name(line) not in situation.optional]
    if len(undeclared) >= MAX_UNDECLARED:
        return None
    note = f"{requirement} was installed: the import needs it, and nothing declares it"
    return Revealed(replace(known, added=(*known.added, requirement)), (note,), ((module, name),))


def _older(module: str, known: Changes, situation: Situation) -> Revealed | None:
    """The package that brings ``module`` as it was before its last incompatible release, once."""
    name = situation.owner(module)
    found = re.match(r"(\d+)\.(\d+)", situation.version(name)) if name else None
    if found is None or any(distribution_name(bound) == name for bound in known.bounds):
        return None
    if situation.version(name) == situation.pins.get(name):
        # Its authors run it with this version: something else is wrong.
        return None
    major, minor = int(found[1]), int(found[2])
    bound = f"{name}<{major}" if major else f"{name}<0.{minor}"
    note = f"{bound} was installed: the code asks for what {situation.version(name)} does not have"
    return Revealed(replace(known, bounds=(*known.bounds, bound)), (note,))
