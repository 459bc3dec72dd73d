"""How many retries an integration may have: a share of its calls, so that none adds to a storm."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetOptions:
    """Each call pays in *deposit*, each retry takes 1. A budget holds *most*, and begins full.

    So a healthy integration may retry *most* times at once, and one that keeps failing only
    *deposit* times a call. After the retry quota of the AWS SDKs (100 retries).
    """

    deposit: float = 0.1
    most: float = 100.0

    def __post_init__(self) -> None:
        if not 0 <= self.deposit <= 1 or self.most < 1:
            raise ValueError(f"retry budget needs 0 <= deposit <= 1 and most >= 1, got {self}")


class RetryBudget:
    """What is left for retries; the operations of an integration share one."""

    __slots__ = ("left", "options", "refused")

    def __init__(self, options: BudgetOptions | None = None) -> None:
        self.options = options or BudgetOptions()
        self.left = self.options.most
        self.refused = 0

    def deposit(self) -> None:
        """A call begins."""
        left, options = self.left, self.options
        if left < options.most:
            self.left = min(left + options.deposit, options.most)

    def withdraw(self) -> bool:
        """Pay for one retry; False when there is not enough left, which is counted."""
        if self.left < 1:
            self.refused += 1
            return False
        self.left -= 1
        return True
