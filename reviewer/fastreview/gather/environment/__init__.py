"""Which Python interpreter imports the project: its own, a given one, or one in an environment made for it."""

from fastreview.gather.environment.existing import Interpreter, find_interpreter, installed_fastapi, named_python
from fastreview.gather.environment.rounds import Environments

__all__ = ["Environments", "Interpreter", "find_interpreter", "installed_fastapi", "named_python"]
