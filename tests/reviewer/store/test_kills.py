import os
from pathlib import Path

import pytest
from tests.benchmarks.store_kills import rounds, sample

from fastreview.store import Place


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment_nothing_is_lost_or_half_there(at: Place, service: Path) -> None:
    tally = rounds(at, sample(service), 2, seed=2)
    assert tally.killed
    assert (tally.lost, tally.broken) == (0, 0)
    assert tally.kept >= tally.acknowledged > 0
