"""What was reviewed, with what, and which sides of it could be seen."""

from typing import Literal

import msgspec
from msgspec import Struct


class Tool(Struct, frozen=True):
    version: str
    ruleset: str
    """Digest of the checks and thresholds: two reviews with different rulesets are not joined in one trend."""
    model: str


class AppEntry(Struct, frozen=True):
    target: str = msgspec.field(name="import")
    path: str
    line: int
    seen: tuple[Literal["static", "runtime"], ...]


class ProjectEntry(Struct, frozen=True):
    name: str
    commit: str
    dirty: bool
    apps: tuple[AppEntry, ...]


class Unparsed(Struct, frozen=True):
    path: str
    reason: str


class ScopeEntry(Struct, frozen=True):
    files: int
    lines: int
    routes: int
    unparsed: tuple[Unparsed, ...]
    left_out: tuple[Unparsed, ...]
    folder: str = ""
    """The reviewed root as the repository names it ("backend/api"), "" for its top."""
    configured: tuple[str, ...] = ()
    """What the project's configuration changes about the measure, as sentences: thresholds, levels, layers."""


class GatheredEntry(Struct, frozen=True):
    what: Literal["source", "app", "files", "tests", "types", "git", "http"]
    state: Literal["ok", "unavailable", "off"]
    reason: str
    how: str
    """What would provide it, as an instruction; "" when it is there."""
    seconds: float
    assumed: tuple[str, ...] = ()
    """What had to be assumed to get it, as sentences: settings that were invented, packages that were replaced."""
