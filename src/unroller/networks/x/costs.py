"""What an operator can set about money on X: today's prices, and what may be spent.

https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Decimal
from typing import Annotated

from msgspec import Meta

from unroller.core.errors import SetupError

MILLION = 1_000_000
_MOST = 1_000_000
_AMOUNT = "an amount in dollars, such as 20 or 0.005"

Dollars = Annotated[Decimal, Meta(description=_AMOUNT)]


@dataclass(frozen=True, slots=True)
class Costs:
    """Caps and prices in dollars, as decimals; amounts are worked out in whole millionths.

    `per_unroll` is for one reading of one thread, `per_person_day` for all that one person asks for in
    a day (UTC); visitors without an account, and our own looks back at pages, count as one person.
    `per_month` is all that X may cost. The prices are those of X at pay-per-use: for each post and
    each account that is read, each mention of the bot's own, and each reply to somebody who called it.
    """

    per_unroll: Dollars = Decimal(1)
    per_person_day: Dollars = Decimal(2)
    per_month: Dollars = Decimal(20)
    price_post_read: Dollars = Decimal("0.005")
    price_user_read: Dollars = Decimal("0.010")
    price_owned_read: Dollars = Decimal("0.001")
    price_summoned_reply: Dollars = Decimal("0.010")

    def __post_init__(self) -> None:
        for item in fields(Costs):
            amount = getattr(self, item.name)
            if not (amount.is_finite() and 0 <= amount <= _MOST):
                raise SetupError(f"networks.x.{item.name} is {amount}, but must be {_AMOUNT}.")


def millionths(dollars: Decimal) -> int:
    """`dollars` in whole millionths, rounded up.

    >>> millionths(Decimal("0.005"))
    5000
    """
    return int((dollars * MILLION).to_integral_value(ROUND_CEILING))
