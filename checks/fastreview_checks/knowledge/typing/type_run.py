"""What a run of a type checker says about one module."""

from functools import lru_cache

from fastreview.api import Module, TypeCheckFacts, TypeProblem


def errors_of(types: TypeCheckFacts, path: str) -> tuple[TypeProblem, ...]:
    """The errors in a file that the run kept, by line."""
    return _by_path(types).get(path, ())


@lru_cache(maxsize=1)
def _by_path(types: TypeCheckFacts) -> dict[str, tuple[TypeProblem, ...]]:
    found: dict[str, list[TypeProblem]] = {}
    for error in types.errors:
        found.setdefault(error.path, []).append(error)
    return {path: tuple(sorted(errors, key=lambda e: e.line)) for path, errors in found.items()}


def imports_unresolved(types: TypeCheckFacts, module: Module) -> str:
    """A module that this one imports and that the checker did not find; or ""."""
    missing = set(types.unresolved)
    if not missing:
        return ""
    imported = (one.module for one in module.facts.imports if not one.level and not one.within)
    return next((name for name in imported if name in missing), "")
