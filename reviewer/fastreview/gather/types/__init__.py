"""What a type checker says about the project: its own with its own settings, else one that we bring along."""

from fastreview.gather.types.checking import gather_types

__all__ = ["gather_types"]
