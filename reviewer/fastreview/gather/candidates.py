"""What could be the application: what start commands name, then what the source assigns, then factories."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from fastreview.facts import syntax as s
from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.gather.app import Candidate
from fastreview.gather.commands import started
from fastreview.gather.roots import home_of

MAX_CANDIDATES = 8

_OTHER_FOLDERS = frozenset(
    ("tests", "test", "testing", "docs", "examples", "example", "docs_src", "benchmarks", "scripts")
)


_FACTORY = re.compile(
    r"^(?!\w*_(?:typer|cli|click|flask|django|celery|dash|tui)_)"
    r"(?:(?:create|make|build|get|init)_(?:\w+_)?app(?:lication)?|app(?:lication)?_factory)$"
)
_REQUIRED = ("positional", "normal", "keyword")
_HELD = frozenset(("app", "application", "api", "fastapi_app", "asgi_app"))
"""Names by which an object made elsewhere is known as an application."""


class _Seen(NamedTuple):
    """``guess`` is 0 for what is an application by its text, more the less its text says so."""

    candidate: Candidate
    path: str
    line: int
    guess: int = 0


def candidates(modules: Sequence[ModuleFacts], files: FileFacts, roots: Sequence[str]) -> tuple[Candidate, ...]:
    """Candidates, the likeliest first, none twice, at most `MAX_CANDIDATES`."""
    seen = sorted(_in_source(modules, roots), key=_unlikeliness)
    by_target = {one.candidate.target: one.candidate for one in reversed(seen)}
    paths = [module.path for module in modules]
    found: dict[str, Candidate] = {}
    for start in started(files):
        target = f"{start.module}:{start.attribute}"
        known = by_target.get(target)
        root = home_of(start.module, paths, roots)
        if known or root is not None:
            factory = start.factory or bool(known and known.factory)
            found.setdefault(target, known if known and not factory else Candidate(target, factory, root or "."))
    # A factory beside an application that the same project assigns is most likely what made it.
    # What a test builds for itself is the application only where there is no other.
    served = [one for one in seen if not _elsewhere(one.path)] or ([] if found else seen)
    for one in sorted(served, key=lambda one: (_aside(one.path), one.candidate.factory)):
        found.setdefault(one.candidate.target, one.candidate)
    # A command in a folder of tests or examples starts something else than the service.
    likely = sorted(found.values(), key=lambda candidate: not _OTHER_FOLDERS.isdisjoint(candidate.root.split("/")))
    return tuple(likely)[:MAX_CANDIDATES]


def given(targets: Sequence[str], modules: Sequence[ModuleFacts], roots: Sequence[str]) -> tuple[Candidate, ...]:
    """The applications that the user named; ``module:factory()`` is called."""
    paths = [module.path for module in modules]
    return tuple(
        Candidate(
            target.removesuffix("()"), target.endswith("()"), home_of(target.partition(":")[0], paths, roots) or "."
        )
        for target in targets
    )


def creates_application(module: ModuleFacts) -> bool:
    """Whether the module assigns an application, or has a function that returns one."""
    return any(seen.guess < 2 for seen in _in_module(module, ()))


def _unlikeliness(seen: _Seen) -> tuple[bool, int, int, str, int]:
    return (_aside(seen.path), seen.guess, seen.path.count("/"), seen.path, seen.line)


def _aside(path: str) -> bool:
    private = any(part.startswith("_") and not part.startswith("__") for part in path.split("/"))
    return private or _elsewhere(path)


def _elsewhere(path: str) -> bool:
    *folders, name = path.split("/")
    return name.startswith("test_") or name == "conftest.py" or not _OTHER_FOLDERS.isdisjoint(folders)


def _in_source(modules: Sequence[ModuleFacts], roots: Sequence[str]) -> Iterator[_Seen]:
    certain = [seen for module in modules for seen in _in_module(module, roots)]
    yield from certain
    sure = {(seen.path, seen.candidate.factory) for seen in certain}
    for module in modules:
        if (module.path, False) not in sure and (module.path, True) not in sure:
            yield from _guessed(module, roots)


def _in_module(module: ModuleFacts, roots: Sequence[str]) -> Iterator[_Seen]:
    classes = _application_classes(module)
    if not classes:
        return
    root, name = _module_name(module.path, roots)
    for statement in s.statements(_decoded(module.body)):
        match statement:
            case s.Assign(targets=(s.Ref(name=attribute),), value=s.Call() as call, line=line) if call.name in classes:
                yield _Seen(Candidate(f"{name}:{attribute}", root=root), module.path, line)
    for function in module.functions:
        required = [p for p in function.parameters if not p.has_default and p.kind in _REQUIRED]
        # Settings objects and the like can be made from their class.
        if function.parent or function.owner or not all(parameter.annotated for parameter in required):
            continue
        candidate = Candidate(f"{name}:{function.name}", factory=True, root=root)
        if _returns_application(_decoded(function.body), classes):
            yield _Seen(candidate, module.path, function.line, bool(required) + function.is_async)
        elif not required and _FACTORY.match(function.name):
            yield _Seen(candidate, module.path, function.line, 2)


def _guessed(module: ModuleFacts, roots: Sequence[str]) -> Iterator[_Seen]:
    """``app = creator.app`` and ``app = create_app()`` with what makes it in another module."""
    root, name = _module_name(module.path, roots)
    for statement in s.statements(_decoded(module.body)):
        match statement:
            case s.Assign(targets=(s.Ref(name=attribute),), value=value, line=line) if attribute in _HELD:
                match value:
                    case s.Ref(name=held) if held.rpartition(".")[2] in _HELD and "." in held:
                        yield _Seen(Candidate(f"{name}:{attribute}", root=root), module.path, line, 1)
                    case s.Call() as call if _FACTORY.match(call.name.rpartition(".")[2]):
                        yield _Seen(Candidate(f"{name}:{attribute}", root=root), module.path, line, 1)


def _module_name(path: str, roots: Iterable[str]) -> tuple[str, str]:
    """The deepest of ``roots`` that holds the file, and the file's name as a module there."""
    holding = [root for root in roots if root not in (".", "..") and path.startswith(f"{root}/")]
    deepest = max(holding, key=len, default="")
    inside = path[len(deepest) + 1 :] if deepest else path
    return deepest or ".", inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _application_classes(module: ModuleFacts) -> frozenset[str]:
    """The names that FastAPI's application class, and subclasses of it in this file, go by here."""
    names = set[str]()
    for found in module.imports:
        if found.module in ("fastapi", "fastapi.applications") and found.name == "FastAPI":
            names.add(found.bound)
        elif found.module == "fastapi" and not found.name:
            names.add(f"{found.bound}.FastAPI")
    for cls in module.classes:
        if any(isinstance(base, s.Ref) and base.name in names for base in cls.bases):
            names.add(cls.name)
    return frozenset(names)


def _returns_application(body: s.Body, classes: frozenset[str]) -> bool:
    built = set[str]()
    for statement in s.statements(body):
        match statement:
            case s.Assign(targets=(s.Ref(name=name),), value=s.Call() as call) if call.name in classes:
                built.add(name)
            case s.Return(value=s.Ref(name=name)) if name in built:
                return True
            case s.Return(value=s.Call() as call) if call.name in classes:
                return True
    return False


def _decoded(raw: msgspec.Raw) -> s.Body:
    return msgspec.msgpack.decode(raw, type=s.Body)
