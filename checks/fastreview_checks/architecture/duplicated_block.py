"""The same code twice

Two copies of a rule are one rule only until the first of them is changed. In endpoints and services the copies differ
in a name or two, so that the difference that matters is not seen among those that do not.

## Improve

Make one function of it and give it what differs as an argument; for endpoints, a dependency or a service method.

## When not to apply

Tests, migrations and generated code are left out, and so are functions of a few statements: a little repetition is
cheaper than the wrong abstraction.

## Read

- [Dependencies: share code](https://fastapi.tiangolo.com/tutorial/dependencies/)
- [Radon and duplicate code: Pylint's similarity check](https://pylint.readthedocs.io/en/stable/user_guide/messages/refactor/duplicate-code.html)

```python bad app/orders.py
def total(prices: list[int], rate: int, country: str) -> int:  # finding
    net = sum(prices)
    if country == "CH":
        rate = 8
    tax = net * rate // 100
    gross = net + tax
    fee = gross // 50
    discount = gross // 20 if net > 1000 else 0
    due = gross + fee - discount
    rounded = due // 5 * 5
    if rounded < 0:
        raise ValueError("nothing is due")
    return rounded
```

```python bad app/invoices.py
def amount(items: list[int], percent: int, country: str) -> int:
    base = sum(items)
    if country == "CH":
        percent = 8
    tax = base * percent // 100
    full = base + tax
    fee = full // 50
    less = full // 20 if base > 1000 else 0
    due = full + fee - less
    even = due // 5 * 5
    if even < 0:
        raise ValueError("nothing is due")
    return even
```

```python good app/orders.py
def total(prices: list[int], rate: int) -> int:
    net = sum(prices)
    return net + net * rate // 100
```

```python good app/invoices.py
from app.orders import total


def amount(items: list[int], percent: int) -> int:
    return total(items, percent)
```
"""

from fastreview.api import Found, Hit, Module, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.architecture.copies import copies


@check("ARC019", dimension="architecture", level=1, credit=1, each=Module, effort="hours")
def duplicated_block(module: Module, project: Project) -> Found:
    if not module.facts.functions:
        raise NotApplicable("the module defines no functions")
    smallest = int(project.limits["ARC019.statements"])
    for copy, original in copies(project, smallest).get(module.path, ()):
        yield Hit(
            copy.place,
            f"`{copy.qualname}` repeats the {copy.facts.statements} statements of `{original.module.name}.{original.qualname}`, "
            "but for names. Make one function of both, and give it what differs.",
            symbol=copy.qualname,
            related=(Related(original.place, "the same code"),),
        )
