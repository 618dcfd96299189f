"""The fields that a project can be about, one TOML file each in ``domains/``: data without behaviour."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Struct


class Entity(Struct, frozen=True, forbid_unknown_fields=True):
    """``fields`` as a developer would note them: ``id, name, amount (Decimal)``."""

    name: str
    fields: str
    note: str = ""


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """``call`` is method and path; ``answers`` lists the statuses that its documentation must name."""

    call: str
    does: str
    who: str
    answers: str


class Domain(Struct, frozen=True, forbid_unknown_fields=True):
    """A field with enough in it to need layers, transactions and permissions.

    ``words`` tell that a codebase is of this field already. The texts from ``race`` to ``plugin`` complete the sentences of
    `fastreview.spec.requirements`. ``twists`` are changes that arrive late, as they do.
    """

    title: str
    package: str
    story: str
    roles: tuple[str, ...]
    words: tuple[str, ...]
    rules: tuple[str, ...]
    race: str
    invariant: str
    own: str
    outside: str
    outside_does: str
    failure: str
    heavy: str
    durable: str
    search: str
    metric: str
    plugin: str
    twists: tuple[str, ...]
    entities: tuple[Entity, ...]
    endpoints: tuple[Endpoint, ...]


def names() -> tuple[str, ...]:
    """The names by which ``--domain`` asks for them, in order."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml")))


@cache
def domain(name: str) -> Domain:
    """The domain of one of the `names`."""
    return msgspec.toml.decode(_folder().joinpath(f"{name}.toml").read_bytes(), type=Domain)


def _folder() -> Traversable:
    return files("fastreview.spec").joinpath("domains")
