"""Tasks that are started on the event loop, one subject each.

Source: the documentation of `asyncio`.
"""

from collections.abc import Sequence
from typing import Self

from fastreview.api import CallSite, External, Place, Project, Subject, syntax

_MAKES = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.AbstractEventLoop.create_task",
        "asyncio.tasks.create_task",
    }
)


class StartedTask(Subject):
    """``runs`` is what the task runs, as written."""

    unit = "started task"

    def __init__(self, site: CallSite) -> None:
        self.site = site
        calls = (a for a in site.call.args if isinstance(a, syntax.Call))
        self.runs = next((syntax.written(a.func, 60) for a in calls), "the coroutine")

    @property
    def key(self) -> str:
        return f"{self.site.code.key} {self.runs}"

    @property
    def place(self) -> Place:
        return self.site.place

    @classmethod
    def all_of(cls, project: Project) -> Sequence[Self]:
        return tuple(
            cls(site)
            for site in project.calls("create_task", "ensure_future")
            if not site.awaited and any(isinstance(t, External) and t.name in _MAKES for t in project.targets(site))
        )
