"""Portal and ERP compared: orders, lines, prices, states, invoices, credit. What heals itself and what people decide.

`go_on` drives a run; `comparing` holds the pure comparisons; `kinds` says what each drift means; `deciding` what people do.
"""

from app.services.reconciliation.asking import ask, nightly_is_due, watch
from app.services.reconciliation.deciding import ask_the_erp, decide, open_drift
from app.services.reconciliation.drifts import OpenDrifts, open_drifts
from app.services.reconciliation.kinds import DECISIONS, KINDS, WHAT, Decision, Heals, Kind
from app.services.reconciliation.run import Outcome, go_on, seconds
from app.services.reconciliation.runs import STEPS, PastRun, latest, start

__all__ = [
    "DECISIONS",
    "KINDS",
    "STEPS",
    "WHAT",
    "Decision",
    "Heals",
    "Kind",
    "OpenDrifts",
    "Outcome",
    "PastRun",
    "ask",
    "ask_the_erp",
    "decide",
    "go_on",
    "latest",
    "nightly_is_due",
    "open_drift",
    "open_drifts",
    "seconds",
    "start",
    "watch",
]
