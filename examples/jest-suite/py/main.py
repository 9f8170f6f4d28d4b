"""Splits amounts of money, exactly."""

from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")


def split(amount: Decimal, people: int) -> list:
    """Share an amount: the first ones get the cents that are left over."""
    if people < 1:
        raise ValueError("nobody to share with")
    share = (amount / people).quantize(CENT, rounding=ROUND_DOWN)
    left_over = int((amount - share * people) / CENT)
    return [share + CENT if person < left_over else share for person in range(people)]


class Account:
    """Money that can be added to."""

    def __init__(self):
        self.balance = Decimal("0.00")

    def deposit(self, amount: Decimal) -> Decimal:
        """Add to the balance and give it."""
        self.balance += amount
        return self.balance
