"""Names of amounts of money.

Sources: the vocabularies of schema.org (``price``, ``totalPaymentDue``), Stripe's and ISO 20022's messages.
"""

import re
from functools import lru_cache

_MONEY = re.compile(
    r"(?:^|_)(?:price|amount|salary|wage|revenue|balance|invoice_total|total_price|subtotal|total_amount|grand_total|net_amount|"
    r"tax_amount|discount_amount|paid|refund|deposit|payout|unit_price|shipping_cost|fee|fees|cost)$"
)
_NOT_MONEY = re.compile(
    r"^(?:max|min)_|rate|ratio|percent|pct|score|weight|factor|change|token|_per_|quantity|ingredient|water|dose|similarity|compute|distance|estimated",
    re.IGNORECASE,
)
_OWN_MEASURES = re.compile(
    r"nutrition|ingredient|recipe|metric|meter|usage|token|llm|model(?:_?(?:price|pricing|cost|usage|spec|info|card))|trace|span|embedding|benchmark|market|candle|ticker|backtest",
    re.IGNORECASE,
)
"""In the name of a class: what it counts is no money that anybody owes."""


def is_money(name: str, of: str) -> bool:
    """Whether a field of this name holds an amount of money, in a class called ``of``."""
    return _names_money(name) and not _OWN_MEASURES.search(of)


@lru_cache(maxsize=20_000)
def _names_money(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return _MONEY.search(snake) is not None and not _NOT_MONEY.search(snake)
