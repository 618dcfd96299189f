"""What to do next: the smallest set of repairs that lifts the level, the most worthwhile first."""

from fastreview.plan.steps import next_steps

__all__ = ["next_steps"]
