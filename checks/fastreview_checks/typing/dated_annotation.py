"""Annotations in the old style

`List[int]`, `Dict[str, str]`, `Optional[int]` and `Union[int, str]` say what `list[int]`, `dict[str, str]`, `int | None` and
`int | str` say without imports. The aliases are deprecated since Python 3.9, and `Optional` is misread: it says "may be
None", not "may be left out".

## Improve

Let ruff rewrite them (`ruff check --select UP006,UP007,UP035,UP045 --fix`).

## When not to apply

Projects that support a Python in which the new form does not work: below 3.9 for built-in generics, below 3.10 for `X | None`.

## Read

- [PEP 585: generics in standard collections](https://peps.python.org/pep-0585/)
- [PEP 604: union types as X | Y](https://peps.python.org/pep-0604/)

```python bad
from typing import List, Optional


def names(ids: List[int], prefix: Optional[str] = None) -> List[str]:  # finding
    return []
```

```python fixed
def names(ids: list[int], prefix: str | None = None) -> list[str]:
    return []
```

```toml good
[project]
name = "shop"
requires-python = ">=3.9"
```

```python good
from typing import Optional


def names(ids: list[int], prefix: Optional[str] = None) -> list[str]:
    return []
```
"""

from functools import lru_cache

from fastreview.api import Found, Function, Hit, Module, NotApplicable, Project, check, syntax
from fastreview_checks.knowledge.typing.annotations import dated_names, oldest_python


@check("TYP012", dimension="typing", level=1, credit=1, each=Function, effort="minutes", per_file=True)
def dated_annotation(function: Function, project: Project) -> Found:
    if not function.facts.returns_annotated and not any(p.annotated for p in function.facts.parameters):
        raise NotApplicable("the function has no annotations")
    found = _dated_in(project).get(id(function))
    if found:
        listed = ", ".join(f"`{name}` ({new})" for name, new in sorted(found.items()))
        yield Hit(function.place, f"`{function.name}` uses old annotations: {listed}. Write the new form.")


@lru_cache(maxsize=1)
def _dated_in(project: Project) -> dict[int, dict[str, str]]:
    """By the id of a function, the old names in its annotations with what to write."""
    old = dated_names(oldest_python(project.facts.files.python_wanted))
    functions = (one for one in project.annotated_with(*old) if isinstance(one, Function))
    return {id(f): found for f in functions if _imports_typing(f.module) and (found := _dated(f, project, old))}


@lru_cache(maxsize=1_000)
def _imports_typing(module: Module) -> bool:
    """Whether something of `typing` may be in reach: imported here, or brought along by a star import."""
    return any(found.module.startswith("typing") or found.name == "*" for found in module.facts.imports)


def _dated(function: Function, project: Project, old: dict[str, str]) -> dict[str, str]:
    facts = function.facts
    scope = function.parent or function.module
    found: dict[str, str] = {}
    for annotation in (*(p.annotation for p in facts.parameters if p.annotated), facts.returns):
        for node in syntax.walk(annotation):
            if type(node) is syntax.Ref and node.last in old:
                resolved = project.names.resolve(scope, node.name)
                if getattr(resolved, "name", "") == f"typing.{node.last}":
                    found[node.last] = old[node.last]
    return found
