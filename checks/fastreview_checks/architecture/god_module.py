"""Module that does too much

A module of a thousand lines, or one that half of the service imports and that itself imports the other half, is changed by
everybody for every reason: changes collide in it, nobody reads it whole, and its tests need everything.

## Improve

Split it along what changes together: a domain, a kind of caller, a collaborator. Leave the old name as a package while
callers move.

## When not to apply

Generated code, tables and schemas, modules of constants and the module that assembles the app are large for other reasons
and are left out. The maintainability index is not asked: beside length and complexity, which are judged here and by
complex-function, it adds Halstead's volume only, at many times the cost of the whole review.

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Radon: raw metrics](https://radon.readthedocs.io/en/latest/intro.html)

```python bad app/prices.py
def round_amount(amount: int, step: int) -> int:  # finding
    return amount // step * step


def eur_net(amount: int) -> int:
    return round_amount(amount, 5)


def eur_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def eur_label(amount: int) -> str:
    return f"{amount} EUR"


def usd_net(amount: int) -> int:
    return round_amount(amount, 5)


def usd_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def usd_label(amount: int) -> str:
    return f"{amount} USD"


def gbp_net(amount: int) -> int:
    return round_amount(amount, 5)


def gbp_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def gbp_label(amount: int) -> str:
    return f"{amount} GBP"


def chf_net(amount: int) -> int:
    return round_amount(amount, 5)


def chf_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def chf_label(amount: int) -> str:
    return f"{amount} CHF"


def sek_net(amount: int) -> int:
    return round_amount(amount, 5)


def sek_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def sek_label(amount: int) -> str:
    return f"{amount} SEK"


def nok_net(amount: int) -> int:
    return round_amount(amount, 5)


def nok_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def nok_label(amount: int) -> str:
    return f"{amount} NOK"


def dkk_net(amount: int) -> int:
    return round_amount(amount, 5)


def dkk_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def dkk_label(amount: int) -> str:
    return f"{amount} DKK"


def pln_net(amount: int) -> int:
    return round_amount(amount, 5)


def pln_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def pln_label(amount: int) -> str:
    return f"{amount} PLN"


def czk_net(amount: int) -> int:
    return round_amount(amount, 5)


def czk_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def czk_label(amount: int) -> str:
    return f"{amount} CZK"


def huf_net(amount: int) -> int:
    return round_amount(amount, 5)


def huf_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def huf_label(amount: int) -> str:
    return f"{amount} HUF"


def jpy_net(amount: int) -> int:
    return round_amount(amount, 5)


def jpy_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def jpy_label(amount: int) -> str:
    return f"{amount} JPY"


def cny_net(amount: int) -> int:
    return round_amount(amount, 5)


def cny_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def cny_label(amount: int) -> str:
    return f"{amount} CNY"


def krw_net(amount: int) -> int:
    return round_amount(amount, 5)


def krw_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def krw_label(amount: int) -> str:
    return f"{amount} KRW"


def inr_net(amount: int) -> int:
    return round_amount(amount, 5)


def inr_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def inr_label(amount: int) -> str:
    return f"{amount} INR"


def brl_net(amount: int) -> int:
    return round_amount(amount, 5)


def brl_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def brl_label(amount: int) -> str:
    return f"{amount} BRL"


def mxn_net(amount: int) -> int:
    return round_amount(amount, 5)


def mxn_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def mxn_label(amount: int) -> str:
    return f"{amount} MXN"


def cad_net(amount: int) -> int:
    return round_amount(amount, 5)


def cad_gross(amount: int) -> int:
    return round_amount(amount * 119 // 100, 5)


def cad_label(amount: int) -> str:
    return f"{amount} CAD"
```

```python good app/prices.py
def gross(price: int) -> int:
    return price * 119 // 100


def label(price: int) -> str:
    return f"{price} EUR"
```
"""

from fastreview.api import Found, Hit, Module, NotApplicable, Place, Project, check
from fastreview_checks.knowledge.architecture.fans import fans


@check("ARC014", dimension="architecture", level=1, credit=2, each=Module, effort="days")
def god_module(module: Module, project: Project) -> Found:
    if not module.facts.functions:
        raise NotApplicable("the module defines no functions")
    if project.layer(module) in ("schema", "settings"):
        raise NotApplicable("a module of schemas or settings")
    found = fans(project)
    if module.path not in found.own:
        raise NotApplicable("the module belongs to a command, a plugin or another program")
    limits = project.limits
    lines = module.facts.code_lines
    many = len(module.facts.functions)
    if (lines > limits["ARC014.lines"] and many > limits["ARC014.few"]) or many > limits["ARC014.functions"]:
        first = min((*[f.line for f in module.facts.functions], *[c.line for c in module.facts.classes]))
        yield Hit(
            Place(module.path, first),
            f"`{module.name}` has {lines} lines of code and {many} functions (budgets {int(limits['ARC014.lines'])} and "
            f"{int(limits['ARC014.functions'])}). Split it along what changes together.",
            symbol="length",
        )
        return
    if module.path in project.entry_paths or module.is_package:
        return
    importing, imported = found.incoming.get(module.path, 0), found.outgoing.get(module.path, 0)
    if importing > limits["ARC014.fan"] and imported > limits["ARC014.fan"] and lines > limits["ARC014.hub"]:
        yield Hit(
            Place(module.path, 1),
            f"{importing} modules import `{module.name}`, and it imports {imported}: nearly every change passes through it. "
            "Split what others need from what needs the others.",
            symbol="fans",
        )
