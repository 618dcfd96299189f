"""From a folder, or from saved facts, to a review: gather, model, evaluate, score, assemble."""

from fastreview.pipeline.review import Choice, Outcome, assess, checks_of, nothing_to_assess, tool_of

__all__ = ["Choice", "Outcome", "assess", "checks_of", "nothing_to_assess", "tool_of"]
