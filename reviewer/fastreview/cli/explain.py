"""`fastreview explain`: the page of a check."""

import sys
from typing import Annotated

import typer

from fastreview.cli.arguments import NoColor, Verbose
from fastreview.errors import UnknownCheck


def explain(
    check: Annotated[str, typer.Argument(metavar="CODE", help="The code or slug of a check: ASY001, blocking-call.")],
    *,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the page of a check: why it matters, how to improve, when not to apply."""
    from rich.console import Console, Group, RenderableType
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.syntax import Syntax
    from rich.text import Text

    from fastreview import pages
    from fastreview.packs import load, select
    from fastreview.review import LEVELS

    found = select(load().checks, [check])
    if len(found) != 1:
        raise UnknownCheck(
            f'"{check}" names {len(found)} checks. `fastreview checks` lists them; explain takes one code.'
        )
    [chosen] = found
    page = pages.as_review_page(chosen, pages.read(chosen))
    facts = f"{chosen.dimension} · {LEVELS[chosen.level]} · {chosen.kind.value} · effort: {chosen.effort}"
    parts: list[RenderableType] = [
        Rule(style="dim"),
        Text(f"{page.code} {page.slug}", style="dim"),
        Text(page.title, style="bold"),
        Text(facts, style="dim"),
        Text(""),
        Markdown(page.why),
    ]
    for title, text in (("Improve", page.improve), ("When not to apply", page.exceptions)):
        if text:
            parts += [Text(""), Text(title, style="bold"), Text(""), Markdown(text)]
    for title, source in (("Instead of", page.bad), ("Write", page.good)):
        if source:
            code = Syntax(source.rstrip(), "python", theme="ansi_dark", background_color="default", word_wrap=True)
            parts += [Text(""), Text(title, style="bold"), Text(""), Padding(code, (0, 0, 0, 2))]
    if page.links:
        parts += [Text(""), Text("Read", style="bold"), Text("")]
        parts += [Text(f"  {link.title}\n  {link.url}") for link in page.links]
    width = None if sys.stdout.isatty() else 80
    console = Console(width=width, no_color=no_color or None, highlight=False)
    try:
        console.print(Group(*parts))
    except SystemExit:  # rich's answer to a reader that leaves
        raise BrokenPipeError from None
