"""The probe's own files: their grammar, and places and types as text."""

import ast
import enum
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, Optional, TypeVar, Union

import pytest
from pydantic import BaseModel, Field

from fastreview.probe import needs, places, shapes

HERE = Path(__file__)
FILES = sorted(Path(places.__file__).parent.glob("*.py"))
T = TypeVar("T")


class Size(enum.Enum):
    SMALL = "s"


class Part(BaseModel):
    size: Size


class Page(BaseModel, Generic[T]):
    items: list[T] = Field(alias="rows")
    hidden: int = Field(0, exclude=True)


@dataclass
class Point:
    x: int
    y: int = 0


def decorated(function: Callable[[], None]) -> Callable[[], None]:
    @functools.wraps(function)
    def inner() -> None:
        function()

    return inner


@decorated
@decorated
def target() -> None: ...


class Callee:
    def __call__(self) -> None: ...

    def method(self) -> None: ...


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_grammar_of_python_3_8(path: Path) -> None:
    ast.parse(path.read_text("utf-8"), path.name, feature_version=(3, 8))


def line_of(text: str) -> int:
    return HERE.read_text("utf-8").splitlines().index(text) + 1


@pytest.mark.parametrize(
    ("thing", "qualname", "line"),
    [
        (target, "target", "def target() -> None: ..."),
        (functools.partial(target), "target", "def target() -> None: ..."),
        (Callee, "Callee", "class Callee:"),
        (Callee(), "Callee", "class Callee:"),
        (Callee().method, "Callee.method", "    def method(self) -> None: ..."),
    ],
)
def test_place_is_where_it_is_defined(thing: object, qualname: str, line: str) -> None:
    place = places.Project([str(HERE.parent)]).place(thing)

    assert (place["path"], place["qualname"]) == (HERE.name, qualname)
    assert place["line"] == line_of(line)


def test_place_of_a_library_has_no_path() -> None:
    place = places.Project([str(HERE.parent)]).place(ast.parse)
    assert (place["module"], place["path"], place["line"]) == ("ast", "", 0)


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (None, "None"),
        (int, "int"),
        (list[Part], "list[{}.Part]"),
        (Optional[Part], "Union[{}.Part, None]"),  # noqa: UP045 - both spellings
        (Union[int, str], "Union[int, str]"),  # noqa: UP007 - both spellings
        (Annotated[int, Field(ge=1)], "int"),
        (dict[str, list[Part]], "dict[str, list[{}.Part]]"),
        (Literal["a", 1], "Literal['a', 1]"),
    ],
)
def test_type_text(annotation: object, text: str) -> None:
    assert shapes.type_text(annotation) == text.format(__name__)


def test_models_and_what_they_hold() -> None:
    models = shapes.Models(places.Project([str(HERE.parent)]), pytest.fail)

    assert models.keys(list[Page[Part]] | Point) == [f"{__name__}.Page[Part]", f"{__name__}.Point"]
    page, part, point = models.described()
    assert [(field["alias"], field["model"], field["excluded"]) for field in page["fields"]] == [
        ("rows", f"{__name__}.Part", False),
        ("hidden", "", True),
    ]
    assert (part["kind"], point["kind"]) == ("pydantic", "dataclass")
    assert [field["required"] for field in point["fields"]] == [True, False]
    assert page["place"]["line"] == line_of("class Page(BaseModel, Generic[T]):")


def test_text_is_cleaned() -> None:
    assert places.clean("a\x1b[31m\nb\ud800c\x00") == "a [31m b?c"
    assert places.show(Callee()).startswith("<")
    assert " at 0x" not in places.show(Callee())


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("DATABASE_URL is not set", ["DATABASE_URL"]),
        ("Environment variables SECRET_KEY and API_TOKEN are required", ["SECRET_KEY", "API_TOKEN"]),
        ("unexpected HTTP_STATUS of answer", []),
    ],
)
def test_variables_named_in_a_message(message: str, names: list[str]) -> None:
    assert [need["name"] for need in needs.named(ValueError(message))] == names
