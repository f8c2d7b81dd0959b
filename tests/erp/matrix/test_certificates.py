"""A certificate that is not what it should be is never ignored: nothing is sent, the secret least of all.

The certificates were made once for these tests (`openssl`, an authority whose key is gone): one good for 127.0.0.1, one
that ended in 2021, one for another host.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.erp.business_central.connector import BusinessCentral
from app.erp.errors import ErpError, ErpUnreachable

CERTIFICATES = Path(__file__).with_name("certificates")


class _Host(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(500)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who does not trust us hangs up."""


@contextmanager
def host(certificate: str) -> Iterator[tuple[str, list[str]]]:
    """An ERP behind TLS: its address, and what it was asked."""
    server = _Server(("127.0.0.1", 0), _Host)
    asked: list[str] = []
    server.asked = asked  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def ask(url: str, ca_file: str) -> ErpError:
    settings = {"tenant": "t", "environment": "e", "company": "c", "client_id": "portico", "client_secret": "s3cret"}
    connector = BusinessCentral({"url": url, "ca_file": ca_file, "total_timeout": 5, **settings})
    with pytest.raises(ErpError) as caught:
        connector.find_order("K")
    return caught.value


@pytest.mark.parametrize(
    ("certificate", "ca_file"), [("expired", "authority.pem"), ("other_host", "authority.pem"), ("good", "")]
)
def test_an_untrustworthy_certificate_gets_nothing(certificate: str, ca_file: str) -> None:
    with host(certificate) as (url, asked):
        problem = ask(url, ca_file and str(CERTIFICATES / ca_file))
    assert type(problem) is ErpUnreachable
    assert "certificate" in problem.reason
    assert asked == []


def test_a_certificate_of_the_companys_own_authority_is_trusted_where_it_was_set() -> None:
    with host("good") as (url, asked):
        problem = ask(url, str(CERTIFICATES / "authority.pem"))
    assert "500" in problem.reason
    assert asked == ["/t/oauth2/v2.0/token"]
