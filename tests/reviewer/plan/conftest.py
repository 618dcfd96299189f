import sys
from pathlib import Path

# The strategies are shared by two folders of tests, which find them as `tests.reviewer.scoring.projects`.
sys.path.insert(0, str(Path(__file__).parents[3]))
