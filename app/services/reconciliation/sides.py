"""The two sides of a comparison as plain values, and what a comparison finds. No session, no framework, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.order_states import Process
from app.erp.port import OrderRecord
from app.services.reconciliation.kinds import Kind


@dataclass(frozen=True, slots=True)
class OurLine:
    """`unit_price` is None while there is none."""

    line_number: int
    item_number: str
    unit: str
    quantity: Decimal
    unit_price: Decimal | None
    discount_percent: Decimal


@dataclass(frozen=True, slots=True)
class OurOrder:
    """An order as the portal has it.

    :param message: state of the newest message that enters it in the ERP; empty when there is none
    :param sending: somebody holds that message at this moment
    :param linked: people linked it to the document with the number `erp_number`; our key does not count then
    """

    number: str
    key: str
    customer_id: int
    customer_number: str
    process: Process
    currency: str
    net: Decimal
    erp_number: str
    message: str
    sending: bool
    linked: bool
    lines: tuple[OurLine, ...]

    @property
    def begun(self) -> bool:
        """Whether it is on its way to the ERP or there, as far as we know."""
        return self.process not in (Process.DRAFT, Process.AWAITING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A document as our mirror of the ERP has it."""

    document: OrderRecord
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the two sides say differently, as texts. `what` has words in `kinds.WHAT`; `line` 0 is the head."""

    what: str
    ours: str
    theirs: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A drift.

    :param object_type: order, document, invoice or customer
    :param object: its number; for an order ours, for a document the ERP's
    :param facts: what a person needs to know which one it is
    """

    kind: Kind
    object_type: str
    object: str
    customer_id: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()

    def detail(self) -> dict[str, Any]:
        """As it is stored: the same drift has the same detail."""
        return {"facts": dict(self.facts), "differences": [asdict(each) for each in self.differences]}
