"""A function that answers requests."""

from __future__ import annotations

from fastreview.project.code import Function
from fastreview.project.routes import Route
from fastreview.project.subject import Place, Subject


class Endpoint(Subject):
    """A function that answers requests, once, however many routes lead to it."""

    unit = "endpoint"

    def __init__(self, function: Function, routes: tuple[Route, ...]) -> None:
        self.function = function
        self.routes = routes

    @property
    def key(self) -> str:
        return self.routes[0].key

    @property
    def place(self) -> Place:
        return self.function.place
