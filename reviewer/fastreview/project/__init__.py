"""The model: what the project consists of, joined from all sides."""

from fastreview.project.endpoint import Endpoint
from fastreview.project.project import Project
from fastreview.project.subject import Place, Subject

__all__ = ["Endpoint", "Place", "Project", "Subject"]
