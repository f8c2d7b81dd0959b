"""What the ERP holds of an order, asked while no transaction is open; every call is kept beside the message.

Also: how long to leave an ERP alone that may still be working on a try of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from app.clock import business_zone, now
from app.domain import retry
from app.domain.readable import exact_moment
from app.erp.errors import ErpError
from app.erp.port import Exchange, OrderRecord, collect_exchanges, connected
from app.errors import Conflict, PortalError
from app.extensions import session, transaction
from app.services.dead_letters.letters import Letter
from app.services.delivery.settling import file_calls
from app.words import n_, t

# Reasons after which the ERP is known to have nothing more in hand than its answer said.
_SETTLED = frozenset({"erp_refused", "other_document", "by_hand"})


class NotAnswering(PortalError):
    """The ERP could not be asked, so nothing was decided."""

    code = "erp_not_answering"
    status = 503
    title = n_("The ERP does not answer")


@dataclass(frozen=True, slots=True)
class Held:
    """What the ERP holds under our key, and under the number that was asked for."""

    under_key: OrderRecord | None
    by_number: OrderRecord | None


def ask(letter: Letter, *, number: str = "") -> Held:
    """Look the order up by its key, and a document by its number if one is given. Call it outside any transaction.

    :raises NotAnswering: it could not be asked
    """
    with collect_exchanges() as exchanges:
        try:
            port = connected(letter.connection)
            under_key = port.find_order(letter.key)
            found = Held(under_key, port.find_order_by_number(number) if number else None)
        except ErpError as problem:
            _keep(letter, exchanges)
            raise NotAnswering(
                t("Nothing was done, since the ERP could not be asked: “{reason}”", reason=problem.reason[:300]),
                t("Try again when it answers; what you typed is kept."),
            ) from problem
    _keep(letter, exchanges)
    return found


def _keep(letter: Letter, exchanges: list[Exchange]) -> None:
    with transaction():
        file_calls(letter.claimed(), exchanges)


_UNKNOWN = text("""
    select max(started_at) from erp_call
     where order_id = :order and operation in ('create_order', 'change_order') and outcome = 'unknown'""")


def quiet_from(letter: Letter) -> datetime | None:
    """Until when the ERP may still be carrying out a try whose answer never came; None when that is over.

    Before it, nothing that is found or not found there is worth anything.
    """
    longest = timedelta(seconds=connected(letter.connection).capabilities().longest_run_seconds)
    last: datetime | None = session.execute(_UNKNOWN, {"order": letter.order_id}).scalar()
    ends = [last + longest] if last is not None else []
    if letter.lease_until is not None:  # whoever held it never said what came of it
        ends.append(letter.lease_until + longest)
    a_try_left_no_word = retry.abandoned(letter.attempts, letter.tries) > 0
    if letter.state == "dead" and (letter.reason_code not in _SETTLED or a_try_left_no_word):
        ends.append(letter.since + longest)
    return max((end for end in ends if end > now()), default=None)


def must_be_quiet(letter: Letter) -> None:
    """:raises Conflict: a try may still be under way in the ERP"""
    until = quiet_from(letter)
    if until is not None:
        raise Conflict(
            t(
                "The ERP may still be working on the last try of {number}; until {time} nobody can know.",
                number=letter.number,
                time=exact_moment(until, business_zone(), now()),
            ),
            t("Wait until then, or send it again: that looks it up first."),
        )


def has_it_already(letter: Letter, found: OrderRecord) -> Conflict:
    """The ERP holds the order under our key: everything but taking it over would double it."""
    return Conflict(
        t("The ERP holds {number} already, as {erp_number}.", number=letter.number, erp_number=found.number),
        t("Send it again: it is found there and taken over."),
    )
