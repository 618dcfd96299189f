"""Subjects that are files other than Python."""

from __future__ import annotations

from fastreview.facts.files import ContainerFacts, ManifestFacts, WorkflowFacts
from fastreview.project.subject import Place, Subject


class ContainerFile(Subject):
    unit = "container file"

    def __init__(self, facts: ContainerFacts) -> None:
        self.facts = facts

    @property
    def key(self) -> str:
        return self.facts.path

    @property
    def place(self) -> Place:
        return Place(self.facts.path)


class Workflow(Subject):
    unit = "workflow"

    def __init__(self, facts: WorkflowFacts) -> None:
        self.facts = facts

    @property
    def key(self) -> str:
        return self.facts.path

    @property
    def place(self) -> Place:
        return Place(self.facts.path)

    def commands(self) -> str:
        """Everything that its jobs run or use, in lower case, a line each."""
        return "\n".join(f"{s.uses}\n{s.run}" for j in self.facts.jobs for s in j.steps).lower()


class Manifest(Subject):
    unit = "manifest"

    def __init__(self, facts: ManifestFacts) -> None:
        self.facts = facts

    @property
    def key(self) -> str:
        return f"{self.facts.path} {self.facts.kind} {self.facts.name}"

    @property
    def place(self) -> Place:
        return Place(self.facts.path, self.facts.line)
