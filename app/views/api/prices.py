"""`POST /prices`: what quantities of items cost this customer, and why."""

from __future__ import annotations

from typing import Any

from app.errors import Unprocessable
from app.security.permissions import Permission
from app.services.ordering.preparing import MOST_LINES, priced
from app.services.ordering.typed import TypedLine
from app.views.api import blueprint, shapes
from app.views.api.body import Body, json_body
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.words import t


@blueprint.post("/prices")
@describe("Own contract prices of quantities, with explanation", body="PriceQuestion", answer="PriceList")
@api_door(Permission.PRICE_READ)
def prices() -> dict[str, Any]:
    body = json_body()
    lines = body.rows("lines", _line)
    live = body.yes_no("live", default=False)
    if not 0 < len(lines) <= MOST_LINES:
        raise Unprocessable(
            t("Between 1 and {most} lines can be priced at once.", most=MOST_LINES), t("Ask in several parts.")
        )
    answers, known = priced(current_actor().customer_id or 0, lines, live=live)
    shaped = []
    for line, price in zip(lines, known, strict=True):
        if price is None:
            shaped.append(_unknown(line))
        else:
            shaped.append({**shapes.price(price, answers), "typed_item": line.item})
    return {"lines": shaped, "as_of": shapes.moment(answers.as_of)}


def _line(body: Body) -> TypedLine:
    return TypedLine(
        item=body.needed_text("item", longest=100),
        quantity=body.quantity("quantity"),
        unit=body.text("unit", longest=20),
    )


def _unknown(line: TypedLine) -> dict[str, Any]:
    """No item of the assortment, a unit it is not sold in, or no quantity: said in the line, the others are answered."""
    return {
        "item": line.item,
        "typed_item": line.item,
        "quantity": f"{line.quantity:f}",
        "unit": line.unit or None,
        "unit_price": None,
        "discount": None,
        "total": None,
        "explanation": [],
        "next_tier": None,
        "as_of": None,
        "promise": "on_request",
        "problem": t("There is no such item in your assortment, or it is not sold in this unit or quantity."),
    }
