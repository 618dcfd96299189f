"""The project spec as data: what every renderer of it shows. Texts may hold code spans in backticks, nothing else."""

from typing import Literal

import msgspec
from msgspec import Struct

from fastreview.review import LevelName, RelatedPlace
from fastreview.spec.domain import Endpoint, Entity

SCHEMA: Literal["fastreview-spec/1"] = "fastreview-spec/1"


class Subject(Struct, frozen=True):
    """One part of the scope, and how the reviewed code stands in it. ``gaps`` are what it does not prove, each with a place
    where there is one; ``met`` of ``asked`` checks are proven."""

    title: str
    text: str
    asked: int
    met: int
    gaps: tuple[RelatedPlace, ...] = ()


class Milestone(Struct, frozen=True):
    """``weeks`` as ``2-3``. ``checks`` are those that prove it; ``command`` exits with 0 when they are met."""

    number: int
    title: str
    weeks: str
    subjects: tuple[Subject, ...]
    checks: tuple[str, ...]
    command: str
    also: str


class Spec(Struct, frozen=True):
    """``project`` is the reviewed one, ``proven`` its level; ``aim`` is the level that the new one is to hold."""

    schema: str
    project: str
    proven: LevelName
    aim: LevelName
    seed: int
    domain: str
    title: str
    package: str
    why: tuple[str, ...]
    story: str
    roles: tuple[str, ...]
    entities: tuple[Entity, ...]
    endpoints: tuple[Endpoint, ...]
    rules: tuple[str, ...]
    constraints: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    twists: tuple[str, ...]
    acceptance: tuple[str, ...]
    """Commands, each of which must exit with 0."""


def encode(spec: Spec) -> bytes:
    """UTF-8 JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(spec), indent=2) + b"\n"
