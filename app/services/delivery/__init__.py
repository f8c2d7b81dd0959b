"""Messages on their way to the ERP: claimed with a lease, looked up before any repeat, settled by whoever still holds
the claim. At least once on the wire, exactly once in the ERP. How: `protocol`; on PostgreSQL: `store`.
"""

from app.services.delivery.people import retry
from app.services.delivery.protocol import Delivery, Rest
from app.services.delivery.sending import delivery, start_sending

__all__ = ["Delivery", "Rest", "delivery", "retry", "start_sending"]
