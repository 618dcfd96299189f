"""Calls to other services that decide how long they wait, one subject each."""

from collections.abc import Sequence
from typing import Self

from fastreview.api import CallSite, Place, Project, Subject, syntax
from fastreview_checks.knowledge.event_loop.grpc_stubs import single_calls
from fastreview_checks.knowledge.event_loop.networking import calls_of
from fastreview_checks.knowledge.event_loop.timeouts import GRPC_CALL, METHODS, NAMES, UNBOUNDED


class OutboundCall(Subject):
    """``name`` is the full name of what is called, ``said`` what it is called by. A call of a client that has a limit
    already is none: the client is."""

    unit = "outbound call"

    def __init__(self, site: CallSite, name: str, said: str = "") -> None:
        self.site = site
        self.name = name
        self.said = said or name

    @property
    def key(self) -> str:
        return f"{self.site.code.key} {self.said}"

    @property
    def place(self) -> Place:
        return self.site.place

    @classmethod
    def all_of(cls, project: Project) -> Sequence[Self]:
        found = calls_of(project, NAMES, METHODS)
        stubs = tuple(cls(site, GRPC_CALL, said) for site, said in single_calls(project))
        return (*(cls(site, name) for site, name in found if _decides(site.call, name)), *stubs)


def _decides(call: syntax.Call, name: str) -> bool:
    if name in UNBOUNDED or not isinstance(call.keyword("timeout"), syntax.Missing):
        return True
    owner = name.split(".")[-2]
    return not owner[:1].isupper()
