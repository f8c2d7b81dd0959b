"""What an ERP tells us, taken in once: who may speak, which news it is, and which job reads it.

An event is a hint. Nothing it says about the data is believed or kept; the job it wakes reads the ERP. So events may
come late, twice, in any order or never: what the portal shows is the same in the end. With the event, in its
transaction, the wish to read is stored, so that it outlives every process and Redis.
"""

from app.services.inbox.hints import READERS, wake_readers
from app.services.inbox.notices import LARGEST_MESSAGE, LARGEST_NOTICES, take_notices
from app.services.inbox.refusals import NotTheErp, TooLarge
from app.services.inbox.signed import Envelope, take_signed
from app.services.inbox.wishes import fulfil, standing

__all__ = [
    "LARGEST_MESSAGE",
    "LARGEST_NOTICES",
    "READERS",
    "Envelope",
    "NotTheErp",
    "TooLarge",
    "fulfil",
    "standing",
    "take_notices",
    "take_signed",
    "wake_readers",
]
