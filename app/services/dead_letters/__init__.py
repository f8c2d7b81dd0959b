"""Messages to the ERP that need a person: why in words, whose they are, what was tried, and what can be done about each.

Sending, retrying and settling are in `app.services.delivery`; here people act. Every act asks the ERP first whether it
has the order already, so that none of them can double it.
"""

from app.services.dead_letters.correcting import Correction, correct
from app.services.dead_letters.giving_back import give_back, let_stand
from app.services.dead_letters.handing_over import HandedOver, hand_over, take_out
from app.services.dead_letters.lane import ErpLane, lane, standing
from app.services.dead_letters.letters import (
    Letter,
    dead,
    entering,
    letter,
    letter_of_order,
    older_than,
    tally,
    waiting,
)
from app.services.dead_letters.owning import put_down, take_up
from app.services.dead_letters.relinking import RelinkRow, ask_relink, decide_relink, relinks
from app.services.dead_letters.sending_again import retry
from app.services.dead_letters.words import Said, why

__all__ = [
    "Correction",
    "ErpLane",
    "HandedOver",
    "Letter",
    "RelinkRow",
    "Said",
    "ask_relink",
    "correct",
    "dead",
    "decide_relink",
    "entering",
    "give_back",
    "hand_over",
    "lane",
    "let_stand",
    "letter",
    "letter_of_order",
    "older_than",
    "put_down",
    "relinks",
    "retry",
    "standing",
    "take_out",
    "take_up",
    "tally",
    "waiting",
    "why",
]  # fmt: skip
