"""`fastreview trace`: what happens to one request, from the server's call to the last clean-up."""

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, NoColor, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress
from fastreview.collector import collector_off, keep_until_exit
from fastreview.errors import NothingToReview, UsageError

if TYPE_CHECKING:
    from fastreview.project import Project
    from fastreview.project.routes import Route

SHOWN = 12
"""Routes named where the one asked for is not there."""


def trace(
    path: Root,
    route: Annotated[
        str, typer.Argument(metavar="ROUTE", help='Method and path, as in the route table: "GET /items/{item_id}".')
    ] = "",
    *,
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
    no_color: NoColor = False,
) -> None:
    """Follow one request from end to end: middleware, dependencies, validation, calls, answer, clean-up."""
    from fastreview.cli.output import write_trace
    from fastreview.gather.facts import gather
    from fastreview.packs import load
    from fastreview.pipeline import nothing_to_assess
    from fastreview.project import Project
    from fastreview.trace import trace_of

    wish = asked(path, static=static, app=app, env=env, cache=not no_cache)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        facts = gather(path, wish.options, progress.files)
        reason = nothing_to_assess(facts)
        if reason:
            raise NothingToReview(reason)
        project = Project(facts, load().limits, wish.layers)
        traced = trace_of(_asked(project, route, path))
        keep_until_exit(traced)
    write_trace(traced, sys.stdout, colour=False if no_color else None)


def _asked(project: "Project", text: str, path: Path) -> "Route":
    """The route that ``text`` names: by its key, its path alone, or an address that fits it."""
    routes = {route.key: route for route in project.routes}
    if not routes:
        raise NothingToReview(f"No route was found in {path}.")
    method, _, address = text.strip().partition(" ")
    wanted = f"{method.upper()} {address.strip()}" if address else f"GET {method}"
    fitting = [route for key, route in routes.items() if key == wanted] or [
        route for key, route in routes.items() if _fits(key, wanted, any_method=not address)
    ]
    if fitting:
        return fitting[0]
    close = get_close_matches(wanted, routes, SHOWN, cutoff=0.5) or sorted(routes)[:SHOWN]
    asked = f'There is no route "{text}"' if text else "Name a route"
    raise UsageError(f"{asked}. The service has {len(routes)}, among them: {', '.join(close)}.")


def _fits(key: str, wanted: str, *, any_method: bool) -> bool:
    """Whether an address such as ``GET /items/3`` is one of the route."""
    method, _, path = key.partition(" ")
    asked, _, address = wanted.partition(" ")
    if method != asked and not any_method:
        return False
    parts, given = path.strip("/").split("/"), address.strip("/").split("/")
    return len(parts) == len(given) and all(
        part == word or part.startswith("{") for part, word in zip(parts, given, strict=True)
    )
