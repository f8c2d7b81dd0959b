"""One writer of an order's states: checked against the tables, recorded, with the ball passed on."""

from __future__ import annotations

import pytest

from app.domain.order_states import Payment, Process, Validation
from app.errors import MoveRefused, NotFound
from app.services import lifecycle
from app.services.lifecycle import Progress
from tests.factories.shop import Shop


@pytest.fixture
def number(shop: Shop) -> str:
    return shop.draft("BIKE 1")


def test_a_move_raises_the_version_passes_the_ball_and_is_recorded(shop: Shop, number: str) -> None:
    before = shop.order(number)

    with shop.holding(shop.alice, number) as order:
        lifecycle.move(order, process=Process.AWAITING_APPROVAL, because="over the limit")

    after, entry = shop.order(number), shop.history(number)[-1]
    assert after["version"] == before["version"] + 1 == entry["object_version"]
    assert (after["process"], after["ball_with"]) == ("awaiting_approval", "approver")
    assert after["moved_at"] > before["moved_at"]
    assert entry["before"] == {"process": "draft", "ball_with": "buyer"}
    assert entry["after"] == {"process": "awaiting_approval", "ball_with": "approver", "because": "over the limit"}


def test_a_refused_move_names_both_states_and_changes_nothing(shop: Shop, number: str) -> None:
    before = shop.order(number)

    refused = pytest.raises(MoveRefused, match="a draft, not sent cannot become one that is delivered")
    with refused, shop.holding(shop.alice, number) as order:
        lifecycle.move(order, process=Process.DELIVERED)

    assert shop.order(number) == before


def test_without_its_record_nothing_happens(shop: Shop, number: str) -> None:
    before = shop.order(number)
    shop.planter.connection.execute("revoke insert on audit_event from portico_customer")
    try:
        with pytest.raises(Exception, match="audit_event"), shop.holding(shop.alice, number) as order:
            lifecycle.move(order, process=Process.CANCELLED)
    finally:
        shop.planter.connection.execute("grant insert on audit_event to portico_customer")

    assert shop.order(number) == before


def test_nobody_changes_an_order_without_a_name(shop: Shop, number: str) -> None:
    from app.extensions import transaction
    from app.security.scopes import entered

    with pytest.raises(LookupError, match="nobody is acting"), entered(shop.alice.scope), transaction():
        lifecycle.move(lifecycle.locked(number), process=Process.CANCELLED)


def test_a_fact_of_the_erp_may_skip_states(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")

    with shop.holding(shop.ada, number) as order:
        assert lifecycle.report(order, Process.DELIVERED, progress=Progress(lines=1, shipped_lines=1))

    assert shop.state(number) == ("delivered", "approved", "payer")
    assert shop.order(number)["hold_reason"] is None


@pytest.mark.parametrize("fact", [Process.CONFIRMED, Process.IN_DISPATCH, Process.DELIVERED])
def test_a_fact_that_came_before_our_check_puts_the_order_on_hold(shop: Shop, fact: Process) -> None:
    number = shop.ordered("BIKE 20", by=shop.dora)

    with shop.holding(shop.ada, number) as order:
        lifecycle.report(order, fact, progress=Progress(lines=1))

    row = shop.order(number)
    assert (row["process"], row["hold_reason"], row["hold_by"]) == (fact.value, "erp_ahead", "Ada")
    assert row["hold_since"] is not None
    assert "order:hold:changed" in shop.tags(number)


def test_goods_that_leave_before_the_advance_payment_put_the_order_on_hold(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")

    with shop.holding(shop.ada, number) as order:
        lifecycle.report(order, Process.IN_DISPATCH, progress=Progress(prepayment=True, lines=1))

    assert shop.order(number)["hold_reason"] == "erp_ahead"


def test_an_old_fact_is_no_news(shop: Shop) -> None:
    number = shop.ordered("BIKE 1")
    with shop.holding(shop.ada, number) as order:
        lifecycle.report(order, Process.DELIVERED, progress=Progress(lines=1))
    before = shop.order(number)

    with shop.holding(shop.ada, number) as order:
        news = [lifecycle.report(order, fact, progress=Progress()) for fact in Process]

    assert news == [False] * len(Process)
    assert shop.order(number) == before


def test_the_first_reason_of_a_hold_stays_and_only_it_lifts_the_hold(shop: Shop, number: str) -> None:
    with shop.holding(shop.ada, number) as order:
        lifecycle.hold(order, "erp_refused")
        lifecycle.hold(order, "erp_ahead")
        lifecycle.lift_hold(order, "erp_ahead")
    assert shop.order(number)["hold_reason"] == "erp_refused"

    with shop.holding(shop.ada, number) as order:
        lifecycle.lift_hold(order, "erp_refused")
    row = shop.order(number)
    assert (row["hold_reason"], row["hold_since"], row["hold_by"]) == (None, None, "")


def test_a_derived_payment_is_stored_and_recorded_once(shop: Shop, number: str) -> None:
    for _ in range(2):
        with shop.holding(shop.ada, number) as order:
            lifecycle.set_payment(order, Payment.PARTIALLY_PAID)

    assert shop.order(number)["payment"] == "partially_paid"
    assert shop.tags(number).count("order:payment:changed") == 1


def test_a_number_that_is_not_there_and_a_foreign_one_are_the_same(shop: Shop, number: str) -> None:
    refusals = []
    for wanted in (number, "P-1", "nonsense"):
        with pytest.raises(NotFound) as refusal, shop.holding(shop.charlie, wanted):
            pass
        refusals.append((refusal.value.message, refusal.value.fix))

    assert len(set(refusals)) == 1


def test_two_at_once_do_not_both_move_an_order(shop: Shop) -> None:
    """The second waits for the lock, and then sees what the first one did."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from app.extensions import session

    number = shop.ordered("BIKE 20", by=shop.dora)
    together = threading.Barrier(2, timeout=10)

    def decide(check: Validation) -> str:
        together.wait()
        try:
            with shop.holding(shop.vera, number) as order:
                lifecycle.move(order, validation=check)
        except MoveRefused:
            return "refused"
        finally:
            session.remove()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(decide, [Validation.REJECTED, Validation.APPROVED]))

    assert outcomes == ["moved", "refused"]
