"""What an alert says: what is so, since when, and what to do. A function for each kind, in the reader's language.

Facts come from `conditions`, moments in them as ISO 8601 text. Texts of an ERP in them are values; pages escape them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.clock import business_zone, now
from app.domain.readable import UNKNOWN, age, count, moment
from app.domain.state_words import state_word
from app.services.reconciliation.kinds import KINDS as DRIFTS
from app.services.reconciliation.kinds import Kind
from app.words import t, tn

Facts = Mapping[str, Any]  # with `subject` in it


@dataclass(frozen=True, slots=True)
class Said:
    """Three sentences: what, more about it, what to do."""

    title: str
    happened: str
    then: str


def dead_letter(facts: Facts) -> Said:
    return Said(
        tn("{n} message to the ERP needs a person", "{n} messages to the ERP need a person", facts["n"]),
        t("The oldest has been lying there since {since}. Nothing happens to it by itself.", since=at(facts["since"])),
        t("Read why it stopped there, then send it again, correct it, or hand it over."),
    )


def unposted(facts: Facts) -> Said:
    return Said(
        tn("{n} order waits to reach the ERP", "{n} orders wait to reach the ERP", facts["n"]),
        t("The oldest has been waiting since {since}. They are kept safely and go in their turn.",
          since=at(facts["since"])),
        t("See what is in the way. Do not enter them by hand: they would be double."),
    )  # fmt: skip


def breaker(facts: Facts) -> Said:
    return Said(
        t("The ERP {connection} is silent", connection=facts["subject"]),
        t("No useful answer since {since}, so calls are held back. Next try: {next}. {reason}",
          since=at(facts["since"]), next=at(facts["next"]) if facts["next"] else t("at any time"),
          reason=facts["reason"]).strip(),
        t("Find out what keeps the ERP. Orders are accepted and wait; nothing has to be sent again by hand."),
    )  # fmt: skip


def unanswered(facts: Facts) -> Said:
    share = round(100 * facts["bad"] / max(1, facts["calls"]))
    return Said(
        t("{share} % of the calls to the ERP {connection} get no useful answer",
          share=share, connection=facts["subject"]),
        t("In the last ten minutes it was {bad} of {calls} calls.",
          bad=count(facts["bad"]), calls=count(facts["calls"])),
        t("Look at the calls for what the ERP says. What did not get through is tried again by itself."),
    )  # fmt: skip


def retry_after(facts: Facts) -> Said:
    return Said(
        t("The ERP {connection} asks us to wait very long", connection=facts["subject"]),
        t("No call goes out before {until}. However long it asks for, we wait an hour at most.",
          until=at(facts["until"])),
        t("Ask whoever runs the ERP whether it is meant so."),
    )  # fmt: skip


def queue_lag(facts: Facts) -> Said:
    return Said(
        t("Work waits {time} before it is taken up", time=lasting(facts["seconds"])),
        t("The worker lives. It is busy with something else, or Redis, which wakes it, is away. Orders are kept."),
        t("See that Redis runs. If there is simply too much to do, start a second worker: {command}",
          command="python run.py worker"),
    )  # fmt: skip


def worker_silent(facts: Facts) -> Said:
    return Said(
        t("No worker gives a sign of life"),
        t("The last one was heard of at {since}. Orders are accepted and kept; none reaches the ERP.",
          since=at(facts["since"])),
        t("Start one: {command}", command="python run.py worker"),
    )  # fmt: skip


def scheduler_silent(facts: Facts) -> Said:
    return Said(
        t("The scheduler gives no sign of life"),
        t("It was heard of last at {since}. New orders still reach the ERP; nothing is tried again, and the ERP is not "
          "read.", since=at(facts["since"])),
        t("Start it: {command}", command="python run.py scheduler"),
    )  # fmt: skip


def reference_age(facts: Facts) -> Said:
    return Said(
        t("The mirror of the ERP {connection} is old", connection=facts["subject"]),
        t("As of {since}: {entities}. Buyers see what was true then.",
          since=at(facts["since"]), entities=named(facts["entities"])),
        t("The page of the mirror says what is in the way."),
    )  # fmt: skip


def set_aside(facts: Facts) -> Said:
    return Said(
        tn("{n} record of the ERP cannot be understood", "{n} records of the ERP cannot be understood", facts["n"]),
        t("They were set aside, everything else was taken: {entities}.", entities=named(facts["entities"])),
        t("The page of the mirror names them. Have them put right in the ERP."),
    )


def mail_dead(facts: Facts) -> Said:
    return Said(
        tn("{n} mail did not reach its reader", "{n} mails did not reach their readers", facts["n"]),
        t("The oldest was written at {since}. What it tells stands in the portal, too.", since=at(facts["since"])),
        t("Read what the mail server said, put the address right, and tell them another way."),
    )


def drift(facts: Facts) -> Said:
    return Said(
        tn("{n} difference between portal and ERP waits for a decision",
           "{n} differences between portal and ERP wait for a decision", facts["n"]),
        t("{kinds}. The oldest was found at {since}.",
          kinds=", ".join(t(DRIFTS[Kind(kind)].title) for kind in facts["kinds"]), since=at(facts["since"])),
        t("Look at both sides of each, and decide which one counts."),
    )  # fmt: skip


def double(facts: Facts) -> Said:
    return Said(
        tn("The ERP seems to hold {n} order twice", "The ERP seems to hold {n} orders twice", facts["n"]),
        t("Found at {since}: {objects}.", since=at(facts["since"]), objects=", ".join(facts["objects"])),
        t("Compare the two, and stop one of them in the ERP before goods leave the house."),
    )


# --- pieces -----------------------------------------------------------------------------------------------------------


def at(stamp: str | None) -> str:
    """A moment as it is said in the house's time zone."""
    return UNKNOWN if stamp is None else moment(datetime.fromisoformat(stamp), business_zone(), now())


def lasting(seconds: float) -> str:
    return age(timedelta(seconds=float(seconds)))


def named(entities: Sequence[str]) -> str:
    return ", ".join(map(state_word, entities))
