"""Judges a run by its ledgers, invariant by invariant, and imports nothing of the portal.

C is what the client tried and was told, E what the ERP was asked and committed, P what the portal shows through its API,
A its record of changes, M the mails it wrote, S what screens showed at a moment. Rules that cannot be computed from a run
are named in `docs/reliability.md`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

# Which process states may follow which; written out here on its own, not read from the portal.
FORWARD = {
    None: {"draft", "awaiting_approval", "received"},
    "draft": {"awaiting_approval", "received", "cancelled"},
    "awaiting_approval": {"received", "draft", "cancelled"},
    "received": {"in_validation", "confirmed", "in_dispatch", "delivered", "cancelled", "draft"},
    "in_validation": {"draft", "received", "confirmed", "in_dispatch", "delivered", "cancelled"},
    "confirmed": {"in_dispatch", "delivered", "cancelled"},
    "in_dispatch": {"delivered", "cancelled"},
    "delivered": set(),
    "cancelled": set(),
}
IN_THE_ERP = frozenset({"confirmed", "in_dispatch", "delivered"})
MOST_CALLS_A_MINUTE = 3


@dataclass(frozen=True)
class Evidence:
    """Everything a judge may look at.

    :param acknowledged: C: idempotency key → the order as it was shown when it was accepted
    :param tried: C: every key that was ever sent
    :param orders: P: each order as `GET /orders/{number}` shows it now
    :param histories: A: number → the entries of `GET /orders/{number}/history`, oldest first
    :param ledger: E: entries in their sequence, requests and commits
    :param mails: M: (kind, order number, address) of each mail
    :param seen: S: (moment, number, process, ERP number) as a list showed it during the run
    :param foreign: numbers that another customer's people could see
    :param patience: seconds the ERP asked for whenever it said 429 in this run
    :param minute: seconds that count as a minute where the portal's waits are scaled
    """

    acknowledged: Mapping[str, Mapping[str, Any]]
    tried: Iterable[str]
    orders: Sequence[Mapping[str, Any]]
    ledger: Sequence[Mapping[str, Any]]
    histories: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    mails: Sequence[tuple[str, str, str]] = ()
    seen: Sequence[tuple[float, str, str, str]] = ()
    foreign: Iterable[str] = ()
    patience: float = 0.0
    minute: float = 60.0


@dataclass
class Verdict:
    """Order keys and numbers by what went wrong with them; all empty means all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    limbo: list[str] = field(default_factory=list)
    illegal: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    stormed: list[str] = field(default_factory=list)
    impatient: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    insisted: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not any(vars(self).values())

    def __str__(self) -> str:
        counts = ", ".join(f"{len(keys)} {name}" for name, keys in vars(self).items())
        examples = "; ".join(f"{name}: {keys[:3]}" for name, keys in vars(self).items() if keys)
        return f"{counts}. {examples}".strip()


def check(evidence: Evidence) -> Verdict:
    """The whole judgement."""
    verdict = Verdict()
    _every_promise_kept(evidence, verdict)
    verdict.doubled = _doubled(evidence)
    verdict.unexpected = _unexpected(evidence)
    for number, entries in evidence.histories.items():
        verdict.illegal += [f"{number}: {move}" for move in illegal_moves(entries)]
        verdict.unrecorded += [f"{number}: {gap}" for gap in gaps(entries)]
    verdict.unrecorded += _states_without_record(evidence)
    verdict.leaked = sorted({order["number"] for order in evidence.orders} & set(evidence.foreign))
    verdict.stormed = storms(evidence.ledger, evidence.minute)
    verdict.impatient = impatience(evidence.ledger, evidence.patience)
    verdict.untrue = untrue(evidence.seen, evidence.ledger, evidence.orders)
    verdict.insisted = insistence(evidence.ledger, evidence.histories, evidence.orders)
    return verdict


# --- I1, I4, I5: what was promised has arrived, the same, or waits where a person sees it ----------------------------


def _every_promise_kept(evidence: Evidence, verdict: Verdict) -> None:
    orders = {order["number"]: order for order in evidence.orders}
    documents = {entry["orderKey"]: entry for entry in committed(evidence.ledger)}
    for key, shown in evidence.acknowledged.items():
        order = orders.get(shown["number"])
        if order is None:
            verdict.lost.append(key)
            continue
        document = documents.get(order["erp"]["key"])
        if document is None:
            (verdict.limbo if not _refused(order) else []).append(order["number"])
        elif not _waits_for_a_person(order) and order["state"]["process"] not in IN_THE_ERP:
            verdict.limbo.append(order["number"])
        elif _content(shown) != _erp_content(document) or order["erp"]["number"] not in ("", document["orderNumber"]):
            verdict.differing.append(order["number"])


def _refused(order: Mapping[str, Any]) -> bool:
    """Terminal and visible, or in a queue of people with its reason."""
    return order["state"]["process"] == "cancelled" or _waits_for_a_person(order)


def _waits_for_a_person(order: Mapping[str, Any]) -> bool:
    return bool(order["on_hold"]) or order["state"]["process"] in ("draft", "awaiting_approval", "in_validation")


def committed(ledger: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The documents the ERP made of orders with a key."""
    return [entry for entry in ledger if entry["kind"] == "order_committed" and entry["orderKey"]]


def _content(order: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            line["line"],
            line["item"],
            line["unit"],
            Decimal(line["quantity"]),
            Decimal(line["unit_price"]["amount"]),
            Decimal(line["discount"]),
        )
        for line in order["lines"]
    )


def _erp_content(entry: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The ERP's ledger writes a line as number|item|unit|quantity|price|discount."""
    lines = [line.split("|") for line in entry["lines"]]
    return sorted((int(line[0]), line[1], line[2], *(Decimal(value) for value in line[3:6])) for line in lines)


# --- I2, I3: once, and not out of nowhere ----------------------------------------------------------------------------


def _doubled(evidence: Evidence) -> list[str]:
    numbers = Counter(order["number"] for order in evidence.acknowledged.values())
    documents = Counter(entry["orderKey"] for entry in committed(evidence.ledger))
    references = Counter(order["reference"] for order in evidence.orders if order["reference"].startswith("CH-"))
    mails = Counter(mail for mail in evidence.mails if mail[0] in ("receipt", "confirmation"))
    twice = [*numbers.items(), *documents.items(), *references.items()]
    return [str(name) for name, times in twice if times > 1] + [str(mail) for mail, times in mails.items() if times > 1]


def _unexpected(evidence: Evidence) -> list[str]:
    ours = {order["erp"]["key"] for order in evidence.orders}
    prefixes = tuple({key[:2] for key in ours}) or ("-",)
    strangers = [
        entry["orderKey"]
        for entry in committed(evidence.ledger)
        if entry["orderKey"] not in ours and entry["orderKey"].startswith(prefixes)
    ]
    return strangers + [key for key in evidence.acknowledged if key not in set(evidence.tried)]


# --- I6, I7, I9: moves and their record ------------------------------------------------------------------------------


def illegal_moves(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Steps of the process that may not follow each other."""
    state: str | None = None
    wrong = []
    for entry in entries:
        after = (entry["after"] or {}).get("process")
        if after is None or after == state:
            continue
        if after not in FORWARD[state]:
            wrong.append(f"{state} → {after}")
        state = after
    return wrong


def gaps(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where what was before is not what came after the last time, or the version runs backwards."""
    known: dict[str, Any] = {}
    version = 0
    wrong = []
    for entry in entries:
        for name in ("process", "validation", "payment", "hold_reason"):
            before, after = (entry["before"] or {}), (entry["after"] or {})
            if name in before and name in known and before[name] != known[name]:
                wrong.append(f"{name} was {known[name]}, recorded as {before[name]}")
            if name in after:
                known[name] = after[name]
        if entry["version"] is not None:
            if entry["version"] < version:
                wrong.append(f"version {entry['version']} after {version}")
            version = entry["version"]
    return wrong


def _states_without_record(evidence: Evidence) -> list[str]:
    wrong = []
    for order in evidence.orders:
        entries = evidence.histories.get(order["number"])
        if entries is None:
            continue
        last = [entry["after"]["process"] for entry in entries if "process" in (entry["after"] or {})]
        if last and last[-1] != order["state"]["process"]:
            wrong.append(f"{order['number']}: {order['state']['process']}, recorded {last[-1]}")
    return wrong


# --- I12, I13, I15: manners towards the ERP --------------------------------------------------------------------------


def _posts(ledger: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in ledger if entry["kind"] == "request" and _is_post(entry)]


def _is_post(entry: Mapping[str, Any]) -> bool:
    return entry.get("method") == "POST" and "portalOrders" in entry.get("path", "")


def storms(ledger: Sequence[Mapping[str, Any]], minute: float = 60.0) -> list[str]:
    """Orders posted more than three times within a minute."""
    times: dict[str, list[float]] = defaultdict(list)
    for entry in _posts(ledger):
        times[entry["orderKey"]].append(moment(entry["at"]))
    return [
        key
        for key, moments in times.items()
        if key and any(later - earlier < minute for earlier, later in _apart(sorted(moments), MOST_CALLS_A_MINUTE))
    ]


def _apart(moments: Sequence[float], steps: int) -> list[tuple[float, float]]:
    return list(zip(moments, moments[steps:], strict=False))


def impatience(ledger: Sequence[Mapping[str, Any]], patience: float) -> list[str]:
    """Orders posted again earlier than a 429 asked for. Calls that were under way already do not count."""
    asked_until: dict[str, float] = {}
    wrong = []
    for entry in _posts(ledger):
        started = moment(entry["at"]) - entry.get("milliseconds", 0) / 1000
        if started < asked_until.get(entry["orderKey"], 0.0) - 0.05:
            wrong.append(entry["orderKey"])
        if entry.get("status") == 429:
            asked_until[entry["orderKey"]] = moment(entry["at"]) + patience
    return wrong


def insistence(
    ledger: Sequence[Mapping[str, Any]],
    histories: Mapping[str, Sequence[Mapping[str, Any]]],
    orders: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Orders posted again after the ERP had said no, though no person asked for it."""
    by_key = {order["erp"]["key"]: order["number"] for order in orders}
    refused: set[str] = set()
    wrong = []
    for entry in _posts(ledger):
        key = entry["orderKey"]
        people = [each for each in histories.get(by_key.get(key, ""), ()) if each["what"] == "outbox:retried"]
        if key in refused and not people:
            wrong.append(key)
        if entry.get("status") == 400:
            refused.add(key)
    return wrong


# --- I14: no screen said confirmed before the ERP had it --------------------------------------------------------------


def untrue(
    seen: Iterable[tuple[float, str, str, str]],
    ledger: Iterable[Mapping[str, Any]],
    orders: Iterable[Mapping[str, Any]],
) -> list[str]:
    """Screens that called an order confirmed at a moment when the ERP did not hold it yet."""
    keys = {order["number"]: order["erp"]["key"] for order in orders}
    held = {entry["orderKey"]: moment(entry["at"]) for entry in committed(ledger)}
    return [
        f"{number} at {at:.3f}"
        for at, number, process, _ in seen
        if process in IN_THE_ERP and held.get(keys.get(number, ""), at + 1) > at
    ]


def moment(text: str) -> float:
    """Seconds since 1970 of an RFC 3339 time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
