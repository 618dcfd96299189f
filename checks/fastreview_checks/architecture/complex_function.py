"""Function with too many paths

Cyclomatic complexity counts the independent paths through a function: each `if`, loop, `except`, `and` and `or` adds
one. A test exercises one path. Beyond ten, a function is rarely tested completely, and each change has to keep all of
its cases in mind at once.

## Improve

Give each case its own function, return early instead of nesting, and replace long chains of `if` by a table or
`match`.

## When not to apply

The budget tolerates a small share of functions: parsers and state machines that are one decision by nature may stay. Up to
twice the budget a finding is minor, beyond that it is major.

## Read

- [Cyclomatic complexity, as radon counts it](https://radon.readthedocs.io/en/latest/intro.html#cyclomatic-complexity)

```python bad app/pricing.py
def shipping(country, weight, express, gift, insured):  # finding
    if country == "DE":
        price = 4 if weight < 2 else 7 if weight < 10 else 12
    elif country in ("AT", "CH"):
        price = 8 if weight < 2 else 14
    else:
        price = 20
    if express and country == "DE":
        price += 5
    elif express:
        price += 15
    if gift or insured:
        price += 3
    return price
```

```python fixed app/pricing.py
RATES = {"DE": ((2, 4), (10, 7), (31, 12)), "AT": ((2, 8), (31, 14)), "CH": ((2, 8), (31, 14))}


def shipping(country, weight, express, gift, insured):
    return base_rate(country, weight) + express_surcharge(country, express) + extras(gift, insured)


def base_rate(country, weight):
    rates = RATES.get(country, ((31, 20),))
    return next(price for limit, price in rates if weight < limit)


def express_surcharge(country, express):
    if not express:
        return 0
    return 5 if country == "DE" else 15


def extras(gift, insured):
    return 3 if gift or insured else 0
```
"""

from fastreview.api import Confidence, Found, Function, Hit, Project, Severity, check


@check("ARC015", dimension="architecture", level=1, gate=True, each=Function, effort="hours")
def complex_function(function: Function, project: Project) -> Found:
    complexity = function.facts.complexity
    if complexity > project.limits["ARC015.complexity"]:
        budget = int(project.limits["ARC015.complexity"])
        yield Hit(
            function.place,
            f"`{function.name}` has a cyclomatic complexity of {complexity} where {budget} is the budget: "
            f"that many paths are rarely tested. Give its cases functions of their own.",
            confidence=Confidence.CERTAIN,
            severity=Severity.MAJOR if complexity > project.limits["ARC015.severe"] else Severity.MINOR,
        )
