"""Type errors in a module

A type checker that reports errors is one that nobody listens to: the next error, the one that would have been a failure at
night, is one line more in a long list. A clean run is what makes the tool worth its time.

## Improve

Mend the errors, module by module. What is truly beyond the types gets an ignore that names its code and its reason; a
module that cannot be mended now gets an override in the configuration, where everybody sees it.

## When not to apply

The project's own checker decides, with its own configuration: what is switched off there is not reported. Where there is no
checker, ty looks with its default rules, and a few errors are let pass.

## Read

- [mypy: common issues and solutions](https://mypy.readthedocs.io/en/stable/common_issues.html)
- [ty: rules](https://docs.astral.sh/ty/reference/rules/)
- [Pyright: mypy comparison](https://microsoft.github.io/pyright/#/mypy-comparison)

```python bad
from fastapi import FastAPI

app = FastAPI()


def price(amount: int) -> str:
    return amount  # finding


@app.get("/price")
def read() -> str:
    return price(3)
```

```json bad facts/types.json
{
  "checker": "mypy", "version": "2.4.1", "own": true, "mode": "strict", "files": ["app/main.py"], "error_count": 1,
  "erroneous": [["app/main.py", 1]],
  "errors": [{"path": "app/main.py", "line": 7, "code": "return-value", "message": "Incompatible return value type"}]
}
```

```python fixed
from fastapi import FastAPI

app = FastAPI()


def price(amount: int) -> str:
    return str(amount)


@app.get("/price")
def read() -> str:
    return price(3)
```

```json fixed facts/types.json
{"checker": "mypy", "version": "2.4.1", "own": true, "mode": "strict", "files": ["app/main.py"]}
```
"""

from functools import lru_cache

from fastreview.api import Confidence, Found, Hit, Module, NotApplicable, Place, Project, Related, Side, Unknown, check
from fastreview_checks.knowledge.typing.type_run import errors_of, imports_unresolved

SHOWN = 10


@check("TYP005", dimension="typing", level=2, gate=True, each=Module, needs=(Side.SOURCE, Side.TYPES), effort="hours")
def type_errors(module: Module, project: Project) -> Found:
    types = project.facts.types
    if types is None:
        raise Unknown("what a type checker says: run with --type-check")
    if module.kind != "service":
        raise NotApplicable("no module of the service")
    if module.path not in _looked_at(project):
        raise Unknown(f"{types.checker} does not look at this module")
    errors = errors_of(types, module.path)
    count = dict(types.erroneous).get(module.path, 0)
    rate = project.limits["TYP005.budget"]
    budget = 0 if types.own else int(module.facts.code_lines * rate)
    if count > budget:
        first = errors[0] if errors else None
        said = f": {first.message}" if first else ""
        more = f" Another {count - 1} error{'s stand' if count > 2 else ' stands'} in this file." if count > 1 else ""
        yield Hit(
            Place(module.path, first.line if first else 0),
            f"{types.checker} reports{f' [{first.code}]' if first and first.code else ''}{said}.{more}",
            symbol=first.code if first else "",
            related=tuple(Related(Place(module.path, e.line), e.message) for e in errors[1:SHOWN]),
            confidence=Confidence.LIKELY,
        )
    elif missing := imports_unresolved(types, module):
        raise Unknown(f"{missing} was not found by {types.checker}: what is imported from it was not checked")


@lru_cache(maxsize=1)
def _looked_at(project: Project) -> frozenset[str]:
    return frozenset(project.facts.types.files) if project.facts.types else frozenset()
