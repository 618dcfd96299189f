"""The project's own tests: run in its environment, confined, under coverage.py and a loop monitor; or its coverage files."""

from fastreview.gather.tests.gathering import Asked, gather_tests

__all__ = ["Asked", "gather_tests"]
