"""What could be the application: what start commands name, then what the source assigns, then factories."""

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

_OTHER_FOLDERS = frozenset(("tests", "test", "docs", "examples", "example", "docs_src", "benchmarks", "scripts"))


class _Seen(NamedTuple):
    candidate: Candidate
    path: str
    line: int


def candidates(modules: Sequence[ModuleFacts], files: FileFacts, roots: Sequence[str]) -> tuple[Candidate, ...]:
    """Candidates, the likeliest first, none twice, at most `MAX_CANDIDATES`."""
    seen = [one.candidate for one in sorted(_in_source(modules, roots), key=_unlikeliness)]
    by_target = {candidate.target: candidate for candidate in seen}
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
    for candidate in sorted(seen, key=lambda candidate: candidate.factory):
        found.setdefault(candidate.target, candidate)
    return tuple(found.values())[:MAX_CANDIDATES]


def given(targets: Sequence[str], modules: Sequence[ModuleFacts], roots: Sequence[str]) -> tuple[Candidate, ...]:
    """The applications that the user named; ``module:factory()`` is called."""
    paths = [module.path for module in modules]
    return tuple(
        Candidate(
            target.removesuffix("()"), target.endswith("()"), home_of(target.partition(":")[0], paths, roots) or "."
        )
        for target in targets
    )


def _unlikeliness(seen: _Seen) -> tuple[bool, int, str, int]:
    *folders, name = seen.path.split("/")
    aside = name.startswith("test_") or not _OTHER_FOLDERS.isdisjoint(folders)
    return (aside, len(folders), seen.path, seen.line)


def _in_source(modules: Sequence[ModuleFacts], roots: Sequence[str]) -> Iterator[_Seen]:
    for module in modules:
        classes = _application_classes(module)
        if not classes:
            continue
        root, name = _module_name(module.path, roots)
        for statement in s.statements(_decoded(module.body)):
            match statement:
                case s.Assign(targets=(s.Ref(name=attribute),), value=s.Call() as call, line=line) if (
                    call.name in classes
                ):
                    yield _Seen(Candidate(f"{name}:{attribute}", root=root), module.path, line)
        for function in module.functions:
            required = any(
                not p.has_default and p.kind in ("positional", "normal", "keyword") for p in function.parameters
            )
            if function.parent or required or function.is_async:
                continue
            if _returns_application(_decoded(function.body), classes):
                yield _Seen(Candidate(f"{name}:{function.name}", factory=True, root=root), module.path, function.line)


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
