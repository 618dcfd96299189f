"""Reads of the environment, wherever code writes them, and the modules where configuration has its place.

Sources: the documentation of `os`, python-decouple, environs and Starlette.
"""

import re
from collections.abc import Iterator, Set
from functools import lru_cache

from fastreview.api import Code, External, Instance, Module, Place, Project, syntax
from fastreview_checks.knowledge.configuration import CONFIGURATION_FILE
from fastreview_checks.knowledge.importing import asides, imported_by_app, own_modules
from fastreview_checks.knowledge.programs import served

_PLACE = re.compile(rf"{CONFIGURATION_FILE.pattern}|(?:^|/)(?:config|settings)_\w+\.py$", re.IGNORECASE)
_READERS = frozenset({"os.getenv", "os.environ.get", "os.environ.pop", "decouple.config"})
_READER_OBJECTS = frozenset({"environs.Env", "starlette.config.Config", "fastapi.config.Config", "decouple.AutoConfig"})
_LIBRARIES = {"decouple": "config", "environs": "env", "starlette": "config"}
_ENVIRONMENTS = frozenset({"env", "environ"})
_CALLED = frozenset({"get", "getenv", "pop", *_LIBRARIES.values()})
_SYSTEM = re.compile(
    r"^(?:PATH|HOME|USER|PWD|SHELL|TZ|LANG|TMP(?:DIR)?|TEMP|HOSTNAME|VIRTUAL_ENV|CI|DISPLAY|EDITOR|COLUMNS|TERM|NO_COLOR|PYTEST_\w+"
    r"|PYTHON\w*|KUBERNETES_\w+|POD_\w+|AWS_LAMBDA_\w+|PROMETHEUS_MULTIPROC_DIR|XDG_\w+|SSL_CERT_\w+|GITHUB_\w+|RENDER(?:_\w+)?|OTEL_\w+|GUNICORN_\w+|DO_NOT_TRACK|WINDIR|SystemDrive|SystemRoot"
    r"|FORWARDED_ALLOW_IPS|WEB_CONCURRENCY|UVICORN_\w+|dramatiq_prom_\w+|DD_[A-Z_]+|NEW_RELIC_\w+"
    r"|(?:\w+_)?(?:CONFIG|CONFIGURATION|SETTINGS|ENV)_?(?:FILE|PATH|DIR|FILE_PATH)"
    r"|(?:\w+_)?(?:BUILD|(?<!API_)VERSION|IMAGE_TAG|COMMIT(?:_SHA)?|GIT_(?:SHA|COMMIT|REVISION)))$"
)
"""Variables of the system, the server, the test runner and the platform, which configure other programs, what an image says
about its own build, and where the configuration is: that cannot stand in it."""


class Configuration:
    """What the service reads from outside. ``places`` are the files where that belongs, ``reads`` the places and names of
    variables by file, ``users`` the files that use a settings object, ``own`` the files of the service itself: what the app
    imports, and its packages; not commands, plugins and other programs of the repository. ``loaded`` are those of them that
    the app is seen to import, the client that is shipped beside the server aside. ``settings`` is the largest settings class of these."""

    def __init__(self, project: Project) -> None:
        self.own = own_modules(project)
        loaded = frozenset(m.path for m in imported_by_app(project)) | served(project)
        self.loaded = frozenset(path for path in loaded if not _is_client(path, loaded))
        self.reads: dict[str, list[tuple[Place, str]]] = {}
        found = list(_reads(project))
        handed = _handed_over(project, {name for _, name in found}) if found else frozenset()
        for place, name in found:
            if name not in handed:
                self.reads.setdefault(place.path, []).append((place, name))
        self.places = frozenset(
            {s.place.path for s in project.settings} | {path for path in self.reads if _PLACE.search(path)}
        )
        if not self.places and self.reads:
            # Without a settings module, the one that reads most is the closest to it.
            most = max(sorted(self.reads), key=lambda path: len(self.reads[path]))
            self.places = frozenset({most})
        own_settings = [s for s in project.settings if s.place.path in self.own] or list(project.settings)
        self.settings = max(own_settings, key=lambda s: (len(s.cls.facts.fields), s.place.path), default=None)
        names = {s.name for s in project.settings} | _instances(project)
        self.users = frozenset(module.path for module in project.service_modules if self._uses(module, names, project))

    def _uses(self, module: Module, names: set[str], project: Project) -> bool:
        if not names.isdisjoint(module.imported) and any(i.name in names for i in module.facts.imports):
            return True
        return not self.places.isdisjoint([target.path for target, _ in project.imports_of(module)])


def _is_client(path: str, loaded: frozenset[str]) -> bool:
    """``package/client/...`` beside ``package/server/...``: it runs where its users are."""
    package, client, _ = path.partition("/client/")
    return bool(client) and any(other.startswith(f"{package}/server/") for other in loaded)


@lru_cache(maxsize=1)
def configuration(project: Project) -> Configuration:
    return Configuration(project)


def _instances(project: Project) -> set[str]:
    """Names of module-level settings objects: where their class stands or is imported, and where the app is made."""
    classes = {id(s.cls) for s in project.settings}
    known = {s.name for s in project.settings}
    paths = {s.place.path for s in project.settings} | project.entry_paths
    found: set[str] = set()
    for module in project.service_modules:
        if module.path not in paths and (
            known.isdisjoint(module.imported) or not any(i.name in known for i in module.facts.imports)
        ):
            continue
        for name in module.bindings:
            value = project.values.of(syntax.Ref(name), module)
            if isinstance(value, Instance) and id(value.of) in classes:
                found.add(name)
    return found


def _reading(project: Project) -> Iterator[Code]:
    """Code that may read the environment: of modules that import what does, and calls or mentions it."""
    libraries = project.imported_packages & _LIBRARIES.keys()
    for module in project.service_modules:
        if _imports(module, libraries):
            for code in module.codes():
                if not _CALLED.isdisjoint(code.called) or "environ" in code.mentioned:
                    yield code


def _imports(module: Module, libraries: Set[str]) -> bool:
    """Whether it imports `os` or one of ``libraries``."""
    if "os" not in module.imported and libraries.isdisjoint(module.imported):
        return False
    return any(i.module == "os" or i.module.partition(".")[0] in libraries for i in module.facts.imports)


def _reads(project: Project) -> Iterator[tuple[Place, str]]:
    """Each read of a variable with its name, "" where the code does not tell."""
    for code in _reading(project):
        aside = asides(code.module)[0] if isinstance(code, Module) else frozenset()
        for stmt in code.statements:
            read = (stmt.value,) if isinstance(stmt, syntax.Assign) else syntax.expressions(stmt)
            for expr in read:
                for node in syntax.walk(expr):
                    if type(node) is not syntax.Call and type(node) is not syntax.Subscript:
                        continue
                    name = _variable(node, code, project)
                    line = node.line if isinstance(node, syntax.Call) else getattr(stmt, "line", 0)
                    if name is not None and not _SYSTEM.search(name) and line not in aside:
                        yield Place(code.module.path, line), name
    for module in project.service_modules:
        if _imports(module, _LIBRARIES.keys()):
            for cls in module.classes:
                for field in cls.facts.fields:
                    for node in syntax.walk(field.value) if field.has_value else ():
                        name = _variable(node, module, project)
                        if name is not None and not _SYSTEM.search(name):
                            yield Place(module.path, field.line), name


def _handed_over(project: Project, names: set[str]) -> frozenset[str]:
    """Those of ``names`` that the service itself writes into the environment of a process that it starts."""
    written: set[str] = set()
    for code in project.mentions(*_ENVIRONMENTS):
        for stmt in code.statements:
            for target in stmt.targets if type(stmt) is syntax.Assign else ():
                if type(target) is syntax.Subscript and isinstance(target.index, str):
                    written.add(target.index)
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr) if type(expr) is not syntax.Ref else ():
                    if type(node) is syntax.Mapping:
                        written.update(key for key in node.keys if isinstance(key, str))
    return frozenset(names & written)


def _variable(node: syntax.Expr, code: Code, project: Project) -> str | None:
    """The variable that an expression reads."""
    if type(node) is syntax.Call and node.args:
        value = project.values.of(node.func, code)
        read = (isinstance(value, External) and value.name in _READERS) or (
            isinstance(value, Instance) and isinstance(value.of, External) and value.of.name in _READER_OBJECTS
        )
        first = node.args[0]
        return (first if isinstance(first, str) else "") if read else None
    if type(node) is syntax.Subscript and isinstance(node.value, syntax.Ref) and node.value.last == "environ":
        value = project.values.of(node.value, code)
        if isinstance(value, External) and value.name == "os.environ":
            return node.index if isinstance(node.index, str) else ""
    return None
