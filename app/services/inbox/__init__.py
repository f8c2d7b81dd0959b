"""What an ERP tells us, taken in once: who may speak, which news it is, and which job reads it.

An event is a hint. Nothing it says about the data is believed or kept; the job it wakes reads the ERP. So events may
come late, twice, in any order or never: what the portal shows is the same in the end.
"""

from app.services.inbox.hints import wake_readers
from app.services.inbox.notices import LARGEST_MESSAGE, LARGEST_NOTICES, take_notices
from app.services.inbox.refusals import BellSilent, NotTheErp, TooLarge
from app.services.inbox.signed import Envelope, take_signed

__all__ = [
    "LARGEST_MESSAGE",
    "LARGEST_NOTICES",
    "BellSilent",
    "Envelope",
    "NotTheErp",
    "TooLarge",
    "take_notices",
    "take_signed",
    "wake_readers",
]
