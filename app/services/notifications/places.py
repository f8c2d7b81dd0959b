"""Where our pages are, and whom mails come from when the seller has said nothing. Set once when the worker starts."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from app.services.seller import Seller

_public_url = ""


def start_places(public_url: str) -> None:
    """:param public_url: the setting PUBLIC_URL, for the links in mails"""
    global _public_url
    _public_url = public_url.rstrip("/")


def public_url() -> str:
    return _public_url


def host() -> str:
    """The name of this portal in the net; a bare address is no name."""
    found = urlsplit(_public_url).hostname or "localhost"
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return found
    return "localhost"


def sender(seller: Seller) -> str:
    """The address mails come from."""
    return seller.mail_sender or f"noreply@{host()}"
