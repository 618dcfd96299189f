"""Type checker in lenient mode

By default mypy skips functions without annotations, lets `list` and `dict` stand without what they hold, and stays
silent where `Any` flows in from untyped calls. It then reports success on code that it never looked at.

## Improve

Set `strict = true` (mypy), `typeCheckingMode = "strict"` (pyright), `preset = "strict"` (pyrefly) or `rules.all =
"error"` (ty). For existing code, go flag by flag, and loosen single modules in overrides, each with an end in sight,
rather than the whole project.

## When not to apply

A list of flags that comes to the same as `strict` is as good. Ignoring missing stubs of third-party packages is not
held against a strict configuration.

## Read

- [mypy: strict mode and its flags](https://mypy.readthedocs.io/en/stable/existing_code.html#introduce-stricter-options)
- [Pyright: configuration defaults of each mode](https://microsoft.github.io/pyright/#/configuration?id=diagnostic-settings-defaults)

```toml bad
[project]
name = "shop"

[tool.mypy]  # finding
ignore_missing_imports = true
plugins = ["pydantic.mypy"]
```

```toml fixed
[project]
name = "shop"

[tool.mypy]
strict = true
plugins = ["pydantic.mypy"]
```

Strict, but not for the code that there is:

```toml bad
[project]
name = "shop"

[tool.mypy]  # finding
strict = true

[[tool.mypy.overrides]]
module = "shop.*"
ignore_errors = true
```

```python bad shop/main.py
def total(prices):
    return sum(prices)
```

An equal set of flags:

```toml good
[project]
name = "shop"

[tool.mypy]
disallow_untyped_defs = true
disallow_any_generics = true
check_untyped_defs = true
strict_equality = true
warn_unused_ignores = true
warn_redundant_casts = true
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Side, Unknown, check
from fastreview_checks.knowledge.typing.type_checkers import (
    STRICT_OPTION,
    checker_runs,
    configurations,
    loosened,
    strictness,
)


@check("TYP004", dimension="typing", level=2, gate=True, needs=(Side.FILES,), effort="days", sharpens="TYP003")
def lenient_type_checker(project: Project) -> Found:
    runs = checker_runs(project)
    by_option = next((run for run in runs if STRICT_OPTION.search(run.command)), None)
    if by_option is not None:
        yield Met(by_option.place, f"{by_option.tool} is run in strict mode.")
        return
    flags = project.limits["TYP004.flags"]
    lacks = [(strictness(tool, flags), tool) for tool in configurations(project)]
    for lack, tool in sorted(lacks, key=lambda pair: pair[0])[:1]:
        place = Place(tool.path, tool.line)
        if lack:
            yield Hit(
                place,
                f"{tool.tool} is configured, but {lack}: untyped code passes unseen. Switch on its strict mode, and "
                "loosen single modules where you must.",
                symbol=tool.tool,
            )
            return
        loose, modules = loosened(tool, project), project.service_modules
        if len(loose) > len(modules) * project.limits["TYP004.loosened"]:
            settings = " and ".join(
                f"`{name}`" if name != "a comment" else name for name in sorted(set(loose.values()))
            )
            yield Hit(
                place,
                f"{tool.tool} is configured strictly, but {settings} take{'' if ' and ' in settings else 's'} that back for "
                f"{len(loose)} of {len(modules)} modules. Loosen only what you are mending, and let the list get shorter.",
                symbol="overrides",
            )
        else:
            yield Met(place, f"{tool.tool} is configured strictly.")
        return
    if not runs:
        yield Hit(project.place, "There is no type checker, so nothing is strict. Configure one in strict mode.")
    elif all(not run.command for run in runs):
        raise Unknown(f"the arguments that the pre-commit hook gives to {runs[0].tool}")
    else:
        yield Hit(
            runs[0].place,
            f"{runs[0].tool} is run with its lenient defaults: untyped code passes unseen. Configure its strict mode.",
            symbol=runs[0].tool,
        )
