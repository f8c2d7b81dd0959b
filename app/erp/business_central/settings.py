"""What has to be known about one Business Central connection, read once from plain settings and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

_CLOUD_HOST = "api.businesscentral.dynamics.com"
_CLOUD_SIGN_IN = "https://login.microsoftonline.com"
_NEEDED = ("url", "tenant", "environment", "company", "client_id", "client_secret")
_NUMBERS = {
    "connect_timeout": float,
    "read_timeout": float,
    "total_timeout": float,
    "page_size": int,
    "document_page_size": int,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One connection.

    :param url: scheme, host and port, no path
    :param token_url: derived from `url` when left out
    :param company: name as the ERP shows it, or its id
    :param service_path: what stands between host and `api/` ; on-premises it is the server instance
    :param companion_route: publisher, group and version of the extension that serves what the standard API lacks
    :param entity_sets: our name of an entity set to the name it has in this installation
    :param staging: orders go through the companion's staging page with its unique key; without it, plain sales orders
    :param local_currency: ISO code that a blank currency on a price line stands for; "" leaves it blank
    :param overlap: how far a delta reaches back behind the last mark, since clocks and commits do not run in step
    :param allowlist: `host:port` entries that may be contacted; the connection's own hosts when left out
    """

    url: str
    tenant: str
    environment: str
    company: str
    client_id: str
    client_secret: str = field(repr=False)
    token_url: str = ""
    service_path: str = ""
    companion_route: str = "portico/portal/v1.0"
    scope: str = f"https://{_CLOUD_HOST}/.default"
    entity_sets: Mapping[str, str] = field(default_factory=dict)
    staging: bool = True
    local_currency: str = ""
    allowlist: tuple[str, ...] | None = None
    connect_timeout: float = 3.0
    read_timeout: float = 30.0
    total_timeout: float = 60.0
    page_size: int = 1000
    document_page_size: int = 200
    overlap: timedelta = timedelta(minutes=15)
    ca_file: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Settings:
        """From the settings of a connection; unknown keys belong to others and are left aside.

        :raises ValueError: something needed is missing, in words for an administrator
        """
        missing = [name for name in _NEEDED if not given.get(name)]
        if missing:
            raise ValueError(f"The Business Central connection needs a value for {', '.join(missing)}.")
        known = {key: value for key, value in given.items() if key in cls.__dataclass_fields__ and value is not None}
        return cls(**{key: _as_wanted(key, value) for key, value in known.items()})

    @property
    def standard_url(self) -> str:
        return f"{self._service}/api/v2.0"

    @property
    def companion_url(self) -> str:
        return f"{self._service}/api/{self.companion_route.strip('/')}"

    @property
    def sign_in_url(self) -> str:
        if self.token_url:
            return self.token_url
        host = _CLOUD_SIGN_IN if urlsplit(self.url).hostname == _CLOUD_HOST else self.url.rstrip("/")
        return f"{host}/{quote(self.tenant)}/oauth2/v2.0/token"

    @property
    def permitted(self) -> tuple[str, ...]:
        if self.allowlist is not None:
            return self.allowlist
        return tuple(_host_and_port(url) for url in (self.url, self.sign_in_url))

    @property
    def _service(self) -> str:
        path = self.service_path or f"v2.0/{quote(self.tenant)}/{quote(self.environment)}"
        return f"{self.url.rstrip('/')}/{path.strip('/')}"


def _as_wanted(key: str, value: Any) -> Any:
    if key == "overlap" and not isinstance(value, timedelta):
        return timedelta(seconds=float(Decimal(str(value))))
    if key == "allowlist":
        return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    if key == "staging" and isinstance(value, str):
        return value.strip().lower() in ("1", "true", "yes", "on")
    return _NUMBERS[key](value) if key in _NUMBERS else value


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
