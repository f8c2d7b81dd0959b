"""Messages on their way to the ERP: claimed with a lease, looked up before any repeat, settled by whoever still holds
the claim. At least once on the wire, exactly once in the ERP.
"""

from app.services.delivery.claiming import claim, start_lease
from app.services.delivery.people import retry
from app.services.delivery.sending import deliver

__all__ = ["claim", "deliver", "retry", "start_lease"]
