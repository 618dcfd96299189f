"""What the tests of a project exercise, as far as their code says: routes, service code, statuses."""

from fastreview.project.exercise.exercise import Exercise
from fastreview.project.exercise.fixtures import Fixtures, decorators_of
from fastreview.project.exercise.requests import Sent

__all__ = ["Exercise", "Fixtures", "Sent", "decorators_of"]
