"""The commands by name, and what all of them share: help, version, and errors as sentences with the right exit code."""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, ParamSpec

import typer

from fastreview import __version__
from fastreview.cli.plain_values import PlainCommand, PlainGroup
from fastreview.cli.printing import complain, leave_closed_output
from fastreview.cli.process import INTERRUPTED
from fastreview.errors import FastreviewError

COMMANDS = {
    "review": "review",
    "each": "each",
    "explain": "explain",
    "checks": "checks",
    "score": "score",
    "plan": "plan",
    "history": "history",
    "spec": "spec",
    "trace": "trace",
    "compare": "compare",
    "mentor": "mentor",
    "baseline": "baseline",
    "config": "config",
    "render": "render",
    "new-check": "new_check",
}
"""Command to the module of this package that holds it, and in it the function of the same name, or a table of further
commands with their functions."""

P = ParamSpec("P")


def refuse_misspelt(given: Sequence[str]) -> None:
    """Ends the process with 2 when the first argument is no folder but close to a command: ``fastreview revew .``"""
    close = get_close_matches(given[0], COMMANDS, 1, cutoff=0.75) if given else []
    if close and not os.path.lexists(given[0]):
        complain(f'There is no command and no folder "{given[0]}". Did you mean "fastreview {close[0]}"?')
        sys.exit(2)


def program(only: str = "", *, verbose: bool = False) -> typer.Typer:
    """The program with all commands, or with ``only`` the one that is going to run: the others are not imported.

    ``verbose`` shows where errors come from.
    """
    app = typer.Typer(
        name="fastreview",
        cls=PlainGroup,
        help="At what level a FastAPI codebase stands, with evidence, and the shortest way up.",
        epilog="`fastreview PATH` reviews a folder; PATH defaults to the current one.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
    )

    @app.callback()
    def options(
        version: Annotated[  # noqa: ARG001, FBT002 - Typer's way; its callback ends the program
            bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
        ] = False,
    ) -> None:
        return

    for name, module in COMMANDS.items():
        if only in ("", name):
            found = import_module(f"fastreview.cli.{module}")
            command = getattr(found, module)
            if isinstance(command, dict):
                app.add_typer(_group(command, found.HELP, verbose=verbose), name=name)
            else:
                app.command(name, cls=PlainCommand)(_with_errors_as_sentences(command, verbose=verbose))
    return app


def _group(commands: Mapping[str, Callable[..., None]], about: str, *, verbose: bool) -> typer.Typer:
    group = typer.Typer(cls=PlainGroup, help=about, rich_markup_mode=None, no_args_is_help=True)
    for name, function in commands.items():
        group.command(name, cls=PlainCommand)(_with_errors_as_sentences(function, verbose=verbose))
    return group


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - called by Typer
    if wanted:
        typer.echo(f"fastreview {__version__}")
        raise typer.Exit


def _with_errors_as_sentences(command: Callable[P, None], *, verbose: bool) -> Callable[P, None]:
    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except typer.Exit:
            raise
        except FastreviewError as error:
            if verbose:
                traceback.print_exc()
            complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            complain("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            leave_closed_output()
            raise typer.Exit(0) from None
        except Exception as error:  # noqa: BLE001 - a sentence for the user; -v shows the rest
            if verbose:
                traceback.print_exc()
            complain(f"fastreview itself failed ({type(error).__name__}: {error}). Run again with -v to see where.")
            raise typer.Exit(2) from None

    return run
