"""What people are told of without asking: raised once, cleared when it is over, with a mail to those whom it concerns.

A kind of alert is one entry of `KINDS`: a query that finds the condition, its threshold, its words, its readers. `look`
compares a condition with the alerts that are open. Something that comes back within a quarter of an hour is the same
alert again and no second mail; only after such a time of quiet a mail says that it is over.
"""

from app.services.alerts.kinds import BY_CODE, KINDS, AlertKind, limit_of, start_alerts
from app.services.alerts.showing import Shown, open_alerts
from app.services.alerts.telling import tell_of_quiet
from app.services.alerts.watching import Looked, look

__all__ = [
    "BY_CODE",
    "KINDS",
    "AlertKind",
    "Looked",
    "Shown",
    "limit_of",
    "look",
    "open_alerts",
    "start_alerts",
    "tell_of_quiet",
]
