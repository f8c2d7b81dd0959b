"""How long to wait before something is tried again, and when a person has to look instead. Pure.

`wait` and `spent` are the plain form, by number of tries. A message to an ERP has a budget for each way a try can end;
what befalls the whole connection spends none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from random import Random

BASE = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
ATTEMPTS = 40  # with the longest wait about six hours; an outage beyond that is a person's business


def wait(attempt: int, *, rng: Random) -> timedelta:
    """Doubles from two seconds, capped, with full jitter over its upper half.

    :param attempt: how many tries there have been, from 1
    """
    ceiling = min(LONGEST, BASE * 2 ** min(attempt - 1, 20))
    return ceiling * rng.uniform(0.5, 1.0)


def spent(attempt: int) -> bool:
    """Whether the budget of tries is used up."""
    return attempt >= ATTEMPTS


# --- messages to an ERP -----------------------------------------------------------------------------------------------


class Family(StrEnum):
    """How a try ended that brought nothing final; also the keys under which tries are counted.

    UNSENT: nothing left the house. LINE: the ERP answered nobody at the time. Neither says anything of the message.
    BEFORE: all there were until a person sent it again.
    """

    BEFORE = "before"
    UNSENT = "unsent"
    LINE = "line"
    PASSING = "passing"  # nothing was written: a lock over there, a look-up without an answer, no sign-in
    BUSY = "busy"
    UNKNOWN = "unknown"  # it may have been written
    MISREAD = "misread"  # what came back cannot be read
    TAKEN = "taken"  # the key is there, the document cannot be found


BUDGET: Mapping[Family, int] = {
    Family.PASSING: 20,
    Family.BUSY: 20,
    Family.UNKNOWN: 10,
    Family.MISREAD: 10,
    Family.TAKEN: 5,
}
ABANDONED = 10  # tries that ended without a word: the worker died, or cannot cope with the message

_MINUTE = timedelta(seconds=61)  # an order may call the ERP three times a minute
_SOON, _LONGEST_UNSENT = timedelta(seconds=5), timedelta(seconds=30)
_STEP, _LONGEST_STEP = timedelta(seconds=15), timedelta(minutes=4)


def exhausted(family: Family, tries: Mapping[str, int]) -> bool:
    """Whether a person has to look now.

    :param tries: counted by family, this one included
    """
    return family in BUDGET and tries.get(family, 0) >= BUDGET[family]


def counted(tries: Mapping[str, int], family: Family) -> dict[str, int]:
    """The same with one more."""
    return {**tries, family.value: tries.get(family, 0) + 1}


def abandoned(attempts: int, tries: Mapping[str, int]) -> int:
    """How many tries before this one nobody has settled (since a person sent it again).

    :param attempts: all tries, this one included
    """
    return attempts - 1 - sum(tries.values())


def may_be_there(attempts: int, tries: Mapping[str, int]) -> bool:
    """Whether an earlier try may have reached the ERP, so that it has to be looked for first."""
    return attempts - 1 > tries.get(Family.UNSENT, 0)


def pause(family: Family, tries: Mapping[str, int], *, calls: int, rng: Random) -> timedelta:
    """Until the next try, with full jitter.

    Once soon, since most answers are merely lost; after that with a minute for what the order has called already. What
    never left the house comes back soon each time: the breaker of the line keeps it from being too often.

    :param tries: counted by family, this one included
    :param calls: calls this try has made
    """
    if family is Family.UNSENT:
        ceiling = min(_LONGEST_UNSENT, BASE * 2 ** min(tries.get(family, 1), 10))
        return timedelta(seconds=0.5) + ceiling * rng.random()
    sent = sum(times for name, times in tries.items() if name not in (Family.UNSENT, Family.BEFORE))
    if sent <= 1 and calls <= 1:
        return timedelta(seconds=1) + _SOON * rng.random()
    ceiling = min(_LONGEST_STEP, _STEP * 2 ** min(sent - 1, 10))
    return _MINUTE + ceiling * rng.random()
