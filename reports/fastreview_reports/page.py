"""Jinja2 for the two documents made of HTML: escaped by default, undefined names are errors."""

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from fastreview_reports import prose, words
from fastreview_reports.graph import HEIGHT, KINDS, draw_injection
from fastreview_reports.graph import WIDTH as BOX_WIDTH
from fastreview_reports.highlight import highlight, highlight_short
from fastreview_reports.picture import WIDTH, draw, ordered
from fastreview_reports.text import one_line


@cache
def environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(lambda name: resource("templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "prose": prose.to_html,
        "inline": prose.inline,
        "place": lambda one: words.place(one.path, one.line),
        "one_line": one_line,
        "level": words.label,
        "day": words.day,
        "short": _short,
        "breakable": _breakable,
        "percent": words.percent,
        "sentence": words.sentence,
    }
    made.tests["web_address"] = prose.is_web_address
    made.globals |= {
        "draw": draw,
        "draw_injection": draw_injection,
        "highlight": highlight,
        "highlight_short": highlight_short,
        "kinds": KINDS,
        "box_height": HEIGHT,
        "box_width": BOX_WIDTH,
        "confidences": words.CONFIDENCES,
        "number": words.number,
        "ordered": ordered,
        "picture_width": WIDTH,
        "severities": words.SEVERITIES,
    }
    return made


def _breakable(path: str) -> Markup:
    """A path that may go on in the next line after each slash."""
    return escape(path).replace("/", Markup("/<wbr>"))


def _short(source: str) -> list[str]:
    """The lines of an example, with one empty line where formatters put two."""
    return re.sub(r"\n{3,}", "\n\n", source.strip("\n")).split("\n")


def resource(folder: str, name: str) -> str:
    """The text of a file of this package; trailing white space is dropped."""
    return files("fastreview_reports").joinpath(folder, name).read_text("utf-8").strip()
