"""From a folder, or from saved facts, to a review: gather, model, evaluate, score, assemble."""

from fastreview.pipeline.review import Choice, Outcome, assess, nothing_to_assess

__all__ = ["Choice", "Outcome", "assess", "nothing_to_assess"]
