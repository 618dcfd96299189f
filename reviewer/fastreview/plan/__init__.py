"""What to do next: the smallest set of repairs that lifts the level, and the learning path of the weeks after."""

from fastreview.plan.path import framework_steps, learning_path
from fastreview.plan.steps import next_steps

__all__ = ["framework_steps", "learning_path", "next_steps"]
