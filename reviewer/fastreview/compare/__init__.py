"""Two reviews side by side: what is new, fixed, still there or elsewhere, and what that did to the levels and the contract."""

from fastreview.compare.comparison import compare
from fastreview.compare.document import Comparison, encode
from fastreview.compare.identity import Identity, identities, matched

__all__ = ["Comparison", "Identity", "compare", "encode", "identities", "matched"]
