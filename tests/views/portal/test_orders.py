"""My orders and one order: lanes, ball, points for the right eyes, deliveries, history, and cancelling."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs.relay import drain
from app.security.actor import Actor
from tests.factories.shop import Shop
from tests.views.portal.browsing import Browser, text_of

Browse = Callable[[Actor], Browser]


def test_today_shows_what_waits_for_me_then_drafts_then_orders(shop: Shop, browse: Browse) -> None:
    draft, sent = shop.draft("BIKE 1", reference="week 49"), shop.ordered("BIKE 5")
    waiting = shop.ordered("BIKE 100")

    alice, bob = (text_of(browse(actor).get("/")) for actor in (shop.alice, shop.bob))

    assert alice.index("Waiting for you") < alice.index(draft) < alice.index("Order fast") < alice.index("Under way")
    assert alice.index("Under way") < alice.rindex(sent)
    assert f"Approve {waiting}?" in bob
    assert "Order fast" not in bob


def test_everybody_of_us_is_sent_to_their_work(shop: Shop, browse: Browse) -> None:
    assert browse(shop.vera).get("/").location == "/desk"
    assert browse(shop.ada).get("/").location == "/admin/"


def test_orders_of_every_channel_stand_in_one_list(shop: Shop, browse: Browse) -> None:
    number = shop.ordered("BIKE 5")
    shop.planter.row(
        "erp_order", customer_id=shop.alpha["id"], source="main", erp_key="t1", number="101033", channel="phone",
        status="released", ordered_on="2026-11-20", currency="USD", net=300, tax=0, gross=300,
    )  # fmt: skip

    alice = browse(shop.alice)

    page = text_of(alice.get("/orders"))
    assert page.index(number) < page.index("101033") < page.index("by telephone")
    assert "101033" not in text_of(alice.get(f"/orders?q={number}"))
    assert number not in text_of(alice.get("/orders?q=1010_"))
    assert "101033" in text_of(alice.get("/orders?stage=under-way"))
    assert "No order fits." in text_of(alice.get("/orders?stage=delivered"))
    assert "did not come through the portal" in text_of(alice.get("/orders/other/101033"))
    assert browse(shop.charlie).get("/orders/other/101033").status_code == 404


def test_an_order_of_another_channel_is_ordered_again_at_todays_prices(shop: Shop, browse: Browse) -> None:
    other = shop.planter.row(
        "erp_order", customer_id=shop.alpha["id"], source="main", erp_key="t2", number="101034", channel="phone",
        status="posted", ordered_on="2026-11-20", currency="USD", net=300, tax=0, gross=300,
    )  # fmt: skip
    shop.planter.row(
        "erp_order_line", erp_order_id=other["id"], customer_id=shop.alpha["id"], line_number=1, item_number="BIKE",
        name="Item BIKE", unit="BOX", quantity=2, unit_price=70, net=140,
    )  # fmt: skip
    alice = browse(shop.alice)
    assert "Order again: 101034, 1 line" in text_of(alice.get("/"))
    assert "Usually bought" in text_of(alice.get("/"))

    answer = alice.post("/orders/101034/again", alice.get("/"))

    number = answer.location.rsplit("/", 1)[-1]
    [line] = shop.lines_of(number)
    assert (line["item_number"], line["quantity"], line["unit"], line["net_unit_price"]) == ("BIKE", 2, "BOX", 320)
    assert shop.order(number)["copied_from"] == "101034"
    assert browse(shop.charlie).post("/orders/101034/again").status_code == 404


def test_an_order_shows_its_lanes_and_who_has_the_ball(shop: Shop, browse: Browse) -> None:
    number = shop.ordered("BIKE 5", reference="PO-1")
    drain()

    page = text_of(browse(shop.alice).get(f"/orders/{number}"))

    erp_number = shop.order(number)["erp_number"]
    assert f"Order Confirmed, our order {erp_number}" in page
    assert "Our check Passed" in page
    assert "Our warehouse, since" in page
    assert "Next: The goods leave our warehouse." in page
    assert "ordered 5 confirmed 5 shipped 0 open 5" in page


def test_amounts_of_debt_are_for_those_who_may_see_invoices(shop: Shop, browse: Browse) -> None:
    shop.planter.connection.execute("update membership set roles = '{buyer}' where id = %s", [shop.dora.membership_id])
    number = shop.ordered("BIKE 20", by=shop.dora)

    as_buyer = text_of(browse(shop.dora).get(f"/orders/{number}"))
    shop.planter.connection.execute(
        "update membership set roles = '{buyer,approver}' where id = %s", [shop.dora.membership_id]
    )
    as_approver = text_of(browse(shop.dora).get(f"/orders/{number}"))

    assert "Our accounts desk has a look at this order first." in as_buyer
    assert "1,600.00; your limit is" not in as_buyer
    assert "Paying" not in as_buyer
    assert "1,600.00; your limit is 1,000.00" in as_approver


def test_the_history_says_when_who_from_where_and_what(shop: Shop, browse: Browse) -> None:
    number = shop.draft("BIKE 5")
    shop.change(number, "BIKE 7")
    shop.send(number)
    drain()

    page = text_of(browse(shop.alice).get(f"/orders/{number}"))

    assert "Line 1, BIKE: changed" in page
    assert "Alice · 203.0.113.7 quantity 5 became 7" in page
    assert "order Draft, not sent became We have it" in page
    assert "ERP call" in page
    assert "create order: ok" in page


def test_inside_notes_are_on_no_page_of_the_buyer(shop: Shop, browse: Browse) -> None:
    number, vera = shop.ordered("BIKE 20", by=shop.dora), browse(shop.vera)

    vera.post(f"/desk/{number}/note", vera.get(f"/desk/{number}"), inside="pays on the 30th, says Gamma's boss")

    assert shop.planter.all("select body from order_message where side = 'inside'")
    assert "pays on the 30th" not in browse(shop.dora).get(f"/orders/{number}").text


def test_a_tracking_address_that_is_none_of_the_web_is_no_link(shop: Shop, browse: Browse) -> None:
    number = shop.ordered("BIKE 5")
    shop.planter.row(
        "shipment", customer_id=shop.alpha["id"], source="main", erp_key="s1", number="S-1", shipped_on="2026-11-24",
        order_key=shop.order(number)["key"], tracking_number="1Z<b>9", tracking_url="javascript:alert(1)",
    )  # fmt: skip

    page = browse(shop.alice).get(f"/orders/{number}").text

    assert "Parcel 1Z&lt;b&gt;9" in page
    assert "javascript:" not in page


def test_cancelling_says_what_it_does_and_does_it(shop: Shop, browse: Browse) -> None:
    number, alice = shop.draft("BIKE 5"), browse(shop.alice)

    answer = alice.post(f"/orders/{number}/cancel", alice.get(f"/drafts/{number}"), reason="ordered twice")

    page = text_of(alice.get(answer.location))
    assert shop.state(number)[0] == "cancelled"
    assert "Cancelled: ordered twice" in page
    assert "Cancel order" not in page


def test_cancelling_what_the_erp_holds_is_a_question(shop: Shop, browse: Browse) -> None:
    number, alice = shop.ordered("BIKE 5"), browse(shop.alice)
    drain()
    page = alice.get(f"/orders/{number}")
    assert "it is asked first whether the order can still be stopped" in text_of(page)

    answer = alice.post(f"/orders/{number}/cancel", page, reason="too late")

    assert "Our order system, since" in text_of(alice.get(answer.location))
    assert "settling your cancellation" in text_of(alice.get(answer.location))


def test_an_order_of_another_company_is_not_found(shop: Shop, browse: Browse) -> None:
    number, charlie = shop.ordered("BIKE 5"), browse(shop.charlie)

    assert charlie.get(f"/orders/{number}").status_code == 404
    assert charlie.post(f"/orders/{number}/cancel", reason="x").status_code == 404
    assert number not in charlie.get("/orders").text
