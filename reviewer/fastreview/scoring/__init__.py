"""From evaluations to maturity levels that are proven by evidence: pure functions over exact fractions.

Start at `fastreview.scoring.rules` for every number, then follow `score` from tallies to levels to the headline.
"""

from fastreview.scoring.overall import band
from fastreview.scoring.scorecard import CheckResult, Scorecard, index_of_standings, score
from fastreview.scoring.standing import Reading

__all__ = ["CheckResult", "Reading", "Scorecard", "band", "index_of_standings", "score"]
