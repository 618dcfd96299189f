"""Calls to other services that decide how long they wait, one subject each."""

from collections.abc import Sequence
from typing import Self

from fastreview.api import CallSite, Place, Project, Subject, syntax
from fastreview_checks.knowledge.event_loop.networking import calls_of
from fastreview_checks.knowledge.event_loop.timeouts import METHODS, NAMES, UNBOUNDED


class OutboundCall(Subject):
    """``name`` is the full name of what is called. A call of a client that has a limit already is none: the client is."""

    unit = "outbound call"

    def __init__(self, site: CallSite, name: str) -> None:
        self.site = site
        self.name = name

    @property
    def key(self) -> str:
        return f"{self.site.code.key} {self.name}"

    @property
    def place(self) -> Place:
        return self.site.place

    @classmethod
    def all_of(cls, project: Project) -> Sequence[Self]:
        found = calls_of(project, NAMES, METHODS)
        return tuple(cls(site, name) for site, name in found if _decides(site.call, name))


def _decides(call: syntax.Call, name: str) -> bool:
    if name in UNBOUNDED or not isinstance(call.keyword("timeout"), syntax.Missing):
        return True
    owner = name.split(".")[-2]
    return not owner[:1].isupper()
