"""Asking the rules about a draft: at every look while it is being written, and when it is sent.

Surcharges are settled here, since they follow from findings and count towards the limits other findings are about.
Moves nothing: `place.py` sends.
"""

from __future__ import annotations

from app.models.transactional import Order
from app.services.ordering import charges
from app.services.ordering.preparing import Prepared
from app.services.validation import judge as judging
from app.services.validation.judge import Opinion, Verdict


def look(order: Order, prepared: Prepared) -> Verdict:
    """What the rules would say if the draft were sent now; kept, so that pages and API show the same findings.

    Says nothing in the record and moves no state. The same findings again keep their ids.
    """
    opinion = _settled(order, prepared)
    kept = judging.unchanged_since(order, opinion)
    return Verdict(kept, opinion.findings) if kept is not None else judging.keep(order, opinion, with_facts=False)


def judge_to_send(order: Order, prepared: Prepared) -> Verdict:
    """The judgement a draft is sent with, in the record and with its facts."""
    opinion = _settled(order, prepared)
    verdict = judging.keep(order, opinion)
    judging.file(order, opinion)
    return verdict


def _settled(order: Order, prepared: Prepared) -> Opinion:
    """Surcharges change the sum, and the sum may change what the rules say: at most one second round."""
    opinion = judging.ask(order, prepared.customer, prepared.lines)
    if charges.settle(order, opinion.findings):
        opinion = judging.ask(order, prepared.customer, prepared.lines)
    return opinion
