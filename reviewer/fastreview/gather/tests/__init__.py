"""The project's own tests: run in its environment, confined, under coverage.py and a loop monitor; or its coverage files."""

COVERAGE_FILES = ("coverage.json", "coverage.xml", "lcov.info", "coverage.lcov", "coverage/lcov.info", ".coverage")
"""What earlier runs may have left, the most telling first: the data file of coverage.py holds executed lines only."""
