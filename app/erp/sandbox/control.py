"""The control pages below `/_sandbox`: move the clock, change data, plan faults, read the ledger. Loopback only.

For people who demonstrate and for tests; no connector may use them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.erp.sandbox import drafts, orders, posting, refusals, wire
from app.erp.sandbox.access import Access
from app.erp.sandbox.control_data import DataControl, shown
from app.erp.sandbox.faults import Faults
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.life import Life
from app.erp.sandbox.messages import Answer, Request, json_answer
from app.erp.sandbox.store import Store

_CHANNELS = ("Phone", "Mail", "EDI")
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class Control:
    """Answers everything below `/_sandbox`."""

    def __init__(
        self, *, store: Store, ledger: Ledger, life: Life, faults: Faults, access: Access, refill: Callable[[], None]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._life = life
        self._faults = faults
        self._access = access
        self._refill = refill
        data = DataControl(store)
        self._pages: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "faults"): lambda _: self._fault_list(),
            ("POST", "faults"): lambda request: faults.add(request.json()).shown(),
            ("DELETE", "faults"): lambda _: faults.clear(),
            ("GET", "clock"): lambda _: self._clock(),
            ("POST", "clock"): self._set_clock,
            ("POST", "prices"): data.price,
            ("POST", "stock"): data.stock,
            ("POST", "customers"): data.customer,
            ("POST", "items"): data.item,
            ("POST", "payments"): self._payment,
            ("POST", "orders"): self._order,
            ("GET", "orders"): self._orders,
            ("GET", "ledger"): self._entries,
            ("POST", "backup"): lambda _: store.back_up(),
            ("POST", "restore"): lambda _: self._restore(),
            ("POST", "tokens/revoke"): lambda _: access.revoke_all(),
            ("POST", "reset"): lambda _: self._reset(),
        }

    def answer(self, request: Request) -> Answer:
        """Carry out one control call.

        :raises Refusal: a caller from elsewhere, an unknown call, values that cannot be taken
        """
        if request.peer not in _LOOPBACK:
            raise refusals.Refusal(403, "Authorization_Loopback", "The control pages answer to this machine only.")
        name = request.path.removeprefix("/_sandbox").strip("/")
        parts = name.split("/")
        if request.method == "POST" and parts[0] == "orders" and parts[2:] == ["step"]:
            return json_answer(self._step(parts[1].upper()))
        page = self._pages.get((request.method, name))
        if page is None:
            known = ", ".join(f"{verb} {page}" for verb, page in self._pages)
            raise refusals.Refusal(404, "BadRequest_ResourceNotFound", f"No such control call; there are: {known}.")
        found = page(request)
        return Answer(204) if found is None else json_answer(found)

    def _fault_list(self) -> dict[str, Any]:
        return {"value": [fault.shown() for fault in self._faults.all()]}

    def _clock(self) -> dict[str, Any]:
        clock = self._life.clock
        ahead = Decimal(self._store.clock_ahead) / 1000
        return {"speed": Decimal(str(clock.speed)), "seconds": Decimal(clock.now()) / 1000, "ahead_seconds": ahead}

    def _set_clock(self, request: Request) -> dict[str, Any]:
        """Set the speed, move forward, put the clock of the marks wrong; what becomes due happens before the answer."""
        body = request.json()
        drafts.known_fields(body, ("speed", "advance_seconds", "ahead_seconds"), "clock")
        ahead = drafts.number(body, "ahead_seconds")
        if ahead is not None:
            self._store.set_clock_ahead(ahead // 1000)
        speed, seconds = drafts.number(body, "speed"), drafts.number(body, "advance_seconds")
        if (speed or 0) < 0 or (seconds or 0) < 0:
            raise refusals.bad_request("The clock only runs forward.")
        if speed is not None:
            self._life.clock.set_speed(float(wire.decimal(speed)))
        if seconds is not None:
            self._life.clock.advance(seconds // 1000)
        return {"steps": self._life.tick(), **self._clock()}

    def _step(self, number: str) -> dict[str, Any]:
        kind = self._life.step(number)
        with self._store.reading() as db:
            row = db.execute("SELECT releaseStatus FROM orders WHERE number = ?", (number,)).fetchone()
        return {"orderNumber": number, "step": kind, "releaseStatus": row["releaseStatus"]}

    def _payment(self, request: Request) -> dict[str, Any]:
        body = request.json()
        drafts.known_fields(body, ("invoiceNumber", "amount"), "payment")
        number = drafts.code(body, "invoiceNumber")
        with self._store.writing() as change:
            left = posting.pay(change, number, self._ledger, amount=drafts.number(body, "amount"))
        return {"invoiceNumber": number, "remainingAmount": wire.decimal(left)}

    def _order(self, request: Request) -> dict[str, Any]:
        """Enter an order of another channel; `live` false keeps it from moving by itself."""
        body = request.json()
        channel, live = body.pop("channel", "Phone"), body.pop("live", True)
        if channel not in _CHANNELS:
            raise refusals.bad_request(f"Name a channel: {', '.join(_CHANNELS)}.")
        draft = drafts.portal_order(body, channel=channel, staged=False)
        with self._store.writing() as change:
            number = orders.enter(change, draft, self._ledger)
            if live:
                self._life.born(change, number)
            row = change.one("SELECT * FROM orderStates WHERE orderNumber = ?", number)
        assert row is not None
        return shown("orderStates", row)

    def _orders(self, request: Request) -> dict[str, Any]:
        """Every order, or those of one key, with their lines in comparable text; for checkers."""
        key = request.query.get("key", "").upper()
        where, values = (" WHERE orderKey = ?", (key,)) if key else ("", ())
        with self._store.reading() as db:
            rows = db.execute(f"SELECT * FROM orders{where} ORDER BY number", values).fetchall()  # noqa: S608
            return {"value": [
                {
                    "orderNumber": row["number"], "orderKey": row["orderKey"], "customerNumber": row["customerNumber"],
                    "channel": row["channel"], "releaseStatus": row["releaseStatus"],
                    "customerReference": row["customerReference"],
                    "totalAmountExcludingTax": wire.decimal(row["totalAmountExcludingTax"]),
                    "totalAmountIncludingTax": wire.decimal(row["totalAmountIncludingTax"]),
                    "lines": [orders.line_digest(line) for line in db.execute(
                        "SELECT * FROM orderLines WHERE orderNumber = ? AND removed = 0 ORDER BY lineNo", (row["number"],)
                    )],
                }
                for row in rows
            ]}  # fmt: skip

    def _entries(self, request: Request) -> dict[str, Any]:
        query = request.query
        entries = self._ledger.entries(
            after=int(query.get("after", "0") or 0),
            limit=int(query.get("limit", "100000") or 0),
            kind=query.get("kind", ""),
            order_key=query.get("key", ""),
        )
        return {"value": entries}

    def _restore(self) -> None:
        """The ERP as it was at the last backup: later documents are gone, their numbers are given again.

        What was asked and committed stays in the ledger, which is no part of the ERP.
        """
        if not self._store.restore(but=("ledger", "settings")):
            raise refusals.bad_request("There is no backup yet; POST backup makes one.")

    def _reset(self) -> None:
        """Fill the store anew, forget faults and the ledger; its clock is right."""
        self._faults.clear()
        self._store.set_clock_ahead(0)
        self._refill()
        self._access.remember()
        self._ledger.restart()
