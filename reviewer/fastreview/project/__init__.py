"""The model: what the project consists of, joined from all sides."""

from fastreview.project.project import Endpoint, Project
from fastreview.project.subject import Place, Subject

__all__ = ["Endpoint", "Place", "Project", "Subject"]
