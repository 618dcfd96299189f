"""`fastreview explain`: the page of a check, or what is said about a line."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastreview.cli.arguments import NoColor, Quiet, Static, Verbose
from fastreview.errors import UnknownCheck, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

_PLACE = re.compile(r"(?s)(.+):(\d{1,7})")


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CODE|FILE:LINE",
            help="The code or slug of a check (ASY001, blocking-call), or a place (app/main.py:41).",
        ),
    ],
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="The folder of the project, for a place.", show_default="the current folder"
        ),
    ] = Path("."),
    *,
    static: Static = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the page of a check, or what is reported at a line and why."""
    place = _PLACE.fullmatch(what)
    _print(
        _place(place[1], int(place[2]), path, static=static, quiet=quiet) if place else _page(what), no_color=no_color
    )


def _page(check: str) -> "list[RenderableType]":
    """Why it matters, how to improve, when not to apply."""
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
    facts = f"{chosen.dimension} · {LEVELS[chosen.level]} · {chosen.kind.word} · effort: {chosen.effort}"
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
    return parts


def _place(file: str, line: int, root: Path, *, static: bool, quiet: bool) -> "list[RenderableType]":
    """What is reported at the line: message, chain, why, what to do."""
    from rich.padding import Padding
    from rich.text import Text

    from fastreview.cli.configuration import asked
    from fastreview.cli.printing import Progress, printable
    from fastreview.cli.reviewing import review_of
    from fastreview.collector import collector_off
    from fastreview.explanation import explain as explanation_of
    from fastreview.gather.discovery import discover

    relative = _below(file, root)
    wish = asked(root, static=static)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        review = review_of(root, wish, progress)
    found = explanation_of(review, relative, line, discover(root, wish.options.exclude).python)
    parts: list[RenderableType] = [Text(printable(found.place), style="bold")]
    if found.route:
        parts.append(Text(f"The endpoint of {printable(found.route)} begins here.", style="dim"))
    for one in found.reported:
        finding = one.finding
        about = f"{finding.severity}, {finding.confidence}" + (
            f", {finding.status}" if finding.status != "open" else ""
        )
        parts += [
            Text(""),
            Text(f"{finding.check} {one.title}", style="bold"),
            Text(f"{finding.slug}, {about}", style="dim"),
        ]
        if one.role:
            parts.append(Text(f"On the way to {finding.path}:{finding.line}: {printable(one.role)}"))
        parts.append(Text(printable(finding.message).replace("`", "")))
        steps = [f"{place.path}:{place.line}  {place.message}".replace("`", "") for place in finding.related]
        parts += [Padding(Text(printable(step), style="cyan"), (0, 0, 0, 2)) for step in steps]
        for title, text in (("Why      ", one.why), ("Improve  ", one.improve)):
            if text:
                parts.append(Text.assemble((title, "dim"), text.replace("`", "")))
        parts.append(Text(f"fastreview explain {finding.check} shows more.", style="dim"))
    if found.comments:
        parts += [Text(""), *(Text(printable(comment)) for comment in found.comments)]
    if found.silence:
        parts += [Text(""), Text(found.silence)]
        for finding in found.near:
            parts.append(Text(f"  near: line {finding.line}, {finding.check} {printable(finding.slug)}", style="dim"))
    return parts


def _below(file: str, root: Path) -> str:
    """The file as the review names it: a path that exists as given counts from here, else from the reviewed folder."""
    given = Path(file)
    base = root.resolve()
    full = given.resolve() if given.exists() else (root / given).resolve()
    if not full.is_relative_to(base):
        raise UsageError(f"{file} is not below {root}. Name the folder of its project after it.")
    return full.relative_to(base).as_posix()


def _print(parts: "list[RenderableType]", *, no_color: bool) -> None:
    from rich.console import Console, Group

    width = None if sys.stdout.isatty() else 80
    console = Console(width=width, no_color=no_color or None, highlight=False)
    try:
        console.print(Group(*parts))
    except SystemExit:  # rich's answer to a reader that leaves
        raise BrokenPipeError from None
