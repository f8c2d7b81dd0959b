"""How long calls took, kept as counts on a fixed scale, so that a minute takes one row however many calls it saw. Pure.

A place of the scale holds the calls that took longer than the end before and no longer than its own end; the last holds
everything above. Never change `ENDS`: what is stored was counted with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

# Milliseconds, six to a power of ten: from one end to the next it is never more than 1.7 times (2 below ten).
ENDS = (
    1, 2, 3, 5, 7,
    10, 15, 20, 30, 50, 70,
    100, 150, 200, 300, 500, 700,
    1_000, 1_500, 2_000, 3_000, 5_000, 7_000,
    10_000, 15_000, 20_000, 30_000, 50_000, 70_000,
)  # fmt: skip
PLACES = len(ENDS) + 1


def place(milliseconds: int) -> int:
    """Where on the scale it is counted, from 0 on."""
    return bisect_left(ENDS, milliseconds)


def within(counts: Sequence[int], share: float, *, slowest: int) -> int | None:
    """The time that a share of the calls stayed within, in milliseconds; None when there are none.

    Within its place the calls are taken to lie evenly, so it is at most as wrong as the place is wide; no answer is
    longer than the slowest call.

    :param counts: calls in each place of the scale
    :param share: of one, such as 0.95
    :param slowest: how long the slowest of them took; where the last place ends
    """
    wanted = share * sum(counts)
    for number, (count, so_far) in enumerate(zip(counts, accumulate(counts), strict=True)):
        if count and so_far >= wanted:
            low = ENDS[number - 1] if number else 0
            high = min(ENDS[number], slowest) if number < len(ENDS) else slowest
            return round(low + max(0, high - low) * (wanted - so_far + count) / count)
    return None
