"""Type errors silenced without a reason

`# type: ignore` silences every error on its line, those that nobody has made yet too. With the code in brackets it silences
the one that was meant, and says what that was.

## Improve

Name the code (`# type: ignore[arg-type]`), with a word on why where it is not plain, and let the checker report ignores
that are no longer needed: `enable_error_code = ["ignore-without-code"]` and `warn_unused_ignores` (mypy),
`reportUnnecessaryTypeIgnoreComment` (pyright). Many ignores in one module are better met by mending the types there.

## Read

- [mypy: silencing errors based on error codes](https://mypy.readthedocs.io/en/stable/error_codes.html#silencing-errors-based-on-error-codes)
- [Pyright: comments](https://microsoft.github.io/pyright/#/comments)
- [ruff: blanket-type-ignore](https://docs.astral.sh/ruff/rules/blanket-type-ignore/)

```python bad
import legacy  # type: ignore  # finding


def total() -> int:
    return legacy.total()  # type: ignore[no-any-return]
```

```python fixed
import legacy  # type: ignore[import-untyped]


def total() -> int:
    return legacy.total()  # type: ignore[no-any-return]
```

```python not-applicable
def total() -> int:
    return 1
```
"""

from fastreview.api import Found, Hit, Module, NotApplicable, Place, Project, Related, Side, check
from fastreview_checks.knowledge.typing.ignores import ignores

SHOWN = 10


@check("TYP008", dimension="typing", level=2, credit=1, each=Module, needs=(Side.SOURCE,), effort="minutes")
def unexplained_ignore(module: Module, project: Project) -> Found:
    found = list(ignores(module)) if module.kind == "service" else []
    if not found:
        raise NotApplicable("nothing is ignored in a module of the service")
    blank = [one for one in found if not one.named]
    if blank:
        first, count = blank[0], len(blank)
        what = "every type error of this file" if first.whole else "every type error on its line, later ones too"
        more = f" {count - 1} more in this file likewise." if count > 1 else ""
        yield Hit(
            Place(module.path, first.line),
            f"`{first.text.strip()[:60]}` silences {what}: name the code of the error that is meant.{more}",
            symbol="ignore",
            related=tuple(Related(Place(module.path, one.line), "and here") for one in blank[1:SHOWN]),
        )
    elif (
        len(found) > project.limits["TYP008.few"]
        and len(found) > module.facts.code_lines * project.limits["TYP008.density"]
    ):
        yield Hit(
            Place(module.path, found[0].line),
            f"{len(found)} lines of {module.facts.code_lines} silence the type checker: what it cannot follow here is more than "
            "an exception. Mend the types, or say it once in the configuration.",
            symbol="density",
        )
