"""Makes ``tests.reports.example`` importable, by the name that the type checker knows it by."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
