"""Values of the command line without Pydantic, which Typer would import for them: a quarter of a warm review's time.

Typer turns every value into its annotated type with a Pydantic adapter that it makes when the first one is needed. Our
commands take text, paths and flags, which need none. What Typer keeps the adapter in is not public: where it is gone,
Typer does it its own way, only slower.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter

T = TypeVar("T")

_ADAPTER = "_runtime_param"
_CONVERSIONS: dict[object, Callable[[str], object]] = {str: str, Path: Path, bool: bool}


class PlainCommand(TyperCommand):
    """A command whose text, paths and flags are converted by us."""

    def get_params(self, ctx: "Context") -> "list[Parameter]":
        return _converted_plainly(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """The program with such commands; its own flags are no different."""

    def get_params(self, ctx: "Context") -> "list[Parameter]":
        return _converted_plainly(super().get_params(ctx))


def _converted_plainly(parameters: list[T]) -> list[T]:
    for parameter in parameters:
        described = getattr(parameter, "type_descriptor", None)
        plain = _Plain.of(getattr(described, "annotation", None))
        if plain is not None and getattr(parameter, _ADAPTER, plain) is None:
            setattr(parameter, _ADAPTER, plain)
    return parameters


class _Plain:
    """Stands in for Typer's own conversion of one parameter."""

    def __init__(self, convert: Callable[[str], object], *, repeated: bool) -> None:
        self._convert = convert
        self._repeated = repeated

    @staticmethod
    def of(annotation: object) -> "_Plain | None":
        if annotation == list[str]:
            return _Plain(str, repeated=True)
        convert = _CONVERSIONS.get(annotation)
        return None if convert is None else _Plain(convert, repeated=False)

    def coerce(self, value: object, **_: object) -> object:
        if self._repeated:
            return [self._convert(one) for one in value] if isinstance(value, list | tuple) else []
        return self._convert(value) if isinstance(value, str) else value
