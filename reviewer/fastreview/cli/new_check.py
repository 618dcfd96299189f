"""`fastreview new-check`: the skeleton of a check, with the headings of its page and examples to fill in."""

import re
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from fastreview import api
from fastreview.errors import UsageError
from fastreview.packs import DIMENSIONS, LEVELS

BUILT_IN = Path("checks/fastreview_checks")
WEIGHTS = (1, 2, 3, 5)

_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_PAGE = '''"""{title}

Why it matters: what goes wrong, for whom, and when it is noticed.

## Improve

What to write instead, in one or two sentences.

## When not to apply

The cases in which the code is right as it is.

## Read

- [Title of an official page](https://fastapi.tiangolo.com/)

```python bad
from fastapi import FastAPI

app = FastAPI()  # finding
```

```python fixed
from fastapi import FastAPI

app = FastAPI()
```
"""
'''

_CODE_OF_PROJECT = """
from fastreview.api import Found, Hit, Project, Side, check


@check("{code}", dimension="{dimension}", level={level}, {kind}, needs=(Side.SOURCE,), effort="hours")
def {function}(project: Project) -> Found:
    wrong = False
    if wrong:
        yield Hit(project.place, "What is so, why it matters here and what to do.")
"""

_CODE_OF_SUBJECT = """
from fastreview.api import Found, Hit, Project, {each}, Side, check


@check("{code}", dimension="{dimension}", level={level}, {kind}, each={each}, needs=(Side.SOURCE,), effort="hours")
def {function}({argument}: {each}, _: Project) -> Found:
    wrong = False
    if wrong:
        yield Hit({argument}.place, "What is so, why it matters here and what to do.")
"""


class Skeleton(Struct, frozen=True):
    """What the author says of the new check; ``kind`` is as it is written in the decorator: ``gate=True``."""

    code: str
    slug: str
    dimension: str
    level: int
    kind: str
    each: str

    @property
    def function(self) -> str:
        return self.slug.replace("-", "_")


def new_check(
    code: Annotated[str, typer.Argument(help="Three capital letters and three digits: ARC020.")],
    slug: Annotated[str, typer.Argument(help="The problem as a noun in kebab case: blocking-call.")],
    dimension: Annotated[str, typer.Option(help=f"One of {', '.join(DIMENSIONS)}.")],
    level: Annotated[int, typer.Option(help="1 Intermediate, 2 Senior, 3 Staff.")],
    *,
    gate: Annotated[bool, typer.Option("--gate", help="It must be met to hold the level.")] = False,
    never: Annotated[bool, typer.Option("--never", help="A level 1 gate without tolerance.")] = False,
    credit: Annotated[
        int, typer.Option(help="It adds this weight to the level's share: 1, 2, 3 or 5.", show_default=False)
    ] = 0,
    each: Annotated[str, typer.Option(help="The class of subject that it judges: Route.")] = "Project",
    pack: Annotated[Path, typer.Option(help="Folder of the pack's package.")] = BUILT_IN,
) -> None:
    """Write the skeleton of a check into a pack."""
    kinds = {"gate=True": gate, "never=True": never, f"credit={credit}": credit != 0}
    chosen = [kind for kind, asked in kinds.items() if asked]
    if len(chosen) != 1:
        raise UsageError("Say what the check is: exactly one of --gate, --never and --credit WEIGHT.")
    skeleton = Skeleton(code, slug, dimension, level, chosen[0], each)
    _refuse_wrong(skeleton, credit)
    _refuse_taken(skeleton, pack)
    path = pack / dimension / f"{skeleton.function}.py"
    if not path.parent.is_dir():
        path.parent.mkdir()
        (path.parent / "__init__.py").write_text(f'"""Checks of the dimension {dimension}."""\n', "utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text_of(skeleton))
    except FileExistsError:
        raise UsageError(f"{path} is there already; nothing was written.") from None
    typer.echo(f"Wrote {path}. Next:")
    typer.echo("  1. Fill in the page, and the examples with `# finding` on the lines that are wrong.")
    typer.echo("  2. Write the generator until the examples pass: pytest -k " + code)
    typer.echo(f"  3. Numbers that it compares with go under [{code}] in {pack / 'thresholds.toml'}.")


def text_of(skeleton: Skeleton) -> str:
    """The module: its page, then a generator that yields nothing until it is written."""
    title = skeleton.slug.replace("-", " ").capitalize()
    body = _CODE_OF_PROJECT if skeleton.each == "Project" else _CODE_OF_SUBJECT
    return _PAGE.format(title=title) + body.format(
        code=skeleton.code,
        dimension=skeleton.dimension,
        level=skeleton.level,
        kind=skeleton.kind,
        each=skeleton.each,
        function=skeleton.function,
        argument=skeleton.each.lower(),
    )


def _refuse_wrong(skeleton: Skeleton, credit: int) -> None:
    if not _CODE.fullmatch(skeleton.code):
        raise UsageError(f'"{skeleton.code}" is not a code: three capital letters and three digits, like ARC020.')
    if not _SLUG.fullmatch(skeleton.slug) or iskeyword(skeleton.function):
        raise UsageError(f'"{skeleton.slug}" is not a slug: words in lower case joined by hyphens, like blocking-call.')
    if skeleton.dimension not in DIMENSIONS:
        raise UsageError(f'There is no dimension "{skeleton.dimension}"; {_nearest(skeleton.dimension, DIMENSIONS)}')
    if skeleton.level not in LEVELS or (skeleton.kind == "never=True" and skeleton.level != 1):
        raise UsageError("The level is 1, 2 or 3, and 1 for a never-event.")
    if credit and credit not in WEIGHTS:
        raise UsageError("The weight of a credit is 1, 2, 3 or 5.")
    if skeleton.each not in _subjects():
        raise UsageError(f'There is no subject "{skeleton.each}"; {_nearest(skeleton.each, _subjects())}')


def _refuse_taken(skeleton: Skeleton, pack: Path) -> None:
    if not (pack / "__init__.py").is_file():
        raise UsageError(f"{pack} is not the folder of a package; name the pack's with --pack.")
    declared = re.compile(rf'@check\(\s*"{skeleton.code}"')
    for path in sorted(pack.glob("*/*.py")):
        if declared.search(path.read_text("utf-8", "replace")):
            raise UsageError(f"{skeleton.code} is taken by {path}; choose the next free number.")


def _subjects() -> tuple[str, ...]:
    """Names of the classes in `fastreview.api` that a check can be evaluated on."""
    named = ((name, getattr(api, name)) for name in api.__all__)
    return tuple(
        name
        for name, value in named
        if isinstance(value, type) and issubclass(value, api.Subject) and value is not api.Subject
    )


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"there are {', '.join(known)}."
