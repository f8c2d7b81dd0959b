"""The mail server: one conversation for several mails, and what its answers mean.

Speaks SMTP (RFC 5321) with TLS from the start (`smtps`) or as soon as the server offers it (STARTTLS, RFC 3207).
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random
from types import TracebackType
from urllib.parse import unquote, urlsplit

from app.clock import now
from app.domain import retry
from app.services.notifications import places
from app.services.notifications.claiming import Claimed, Dead, Later, Sent
from app.services.seller import Seller, is_mail_address

SECONDS = 10.0  # for each answer; the worker has orders to bring, too
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_rng = Random()  # noqa: S311 (jitter, not a secret)


class MailServer:
    """Connects with the first mail and hangs up at the end of the block.

    :param url: the setting SMTP_URL: smtp:// or smtps://, with user and password where the server wants them
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls_from_start = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._tls_from_start else 587 if parts.username else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._line: smtplib.SMTP | None = None

    def __enter__(self) -> MailServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, mail: Claimed, seller: Seller) -> Sent | Later | Dead:
        """Hand over one mail. Never raises what a server or a network can do."""
        try:
            message = compose(mail, seller)
        except ValueError as problem:
            return Dead(f"The mail cannot be put into an envelope: {problem}")
        try:
            self._connected().send_message(message, places.sender(seller), [mail.to_address])
        except (smtplib.SMTPException, OSError) as problem:
            return self._after(mail, problem)
        return Sent()

    def _connected(self) -> smtplib.SMTP:
        if self._line is None:
            line = self._dial()
            try:
                self._greet(line)
            except BaseException:
                line.close()
                raise
            self._line = line
        return self._line

    def _dial(self) -> smtplib.SMTP:
        if self._tls_from_start:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, places.host(), timeout=SECONDS, context=context)
        return smtplib.SMTP(self._host, self._port, places.host(), timeout=SECONDS)

    def _greet(self, line: smtplib.SMTP) -> None:
        line.ehlo()
        safe = self._tls_from_start
        if not safe and line.has_extn("starttls"):
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
            safe = True
        if not self._user:
            return
        if not safe and self._host not in LOOPBACK:
            raise smtplib.SMTPNotSupportedError("the server offers no TLS, and a password is not sent in the open")
        line.login(self._user, self._password)

    def _after(self, mail: Claimed, problem: Exception) -> Later | Dead:
        """Refused for good, or something that may pass: a full mailbox, a server that is away."""
        code, said = _said(problem)
        fault_of_the_mail = isinstance(
            problem, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError
        )
        if not fault_of_the_mail or code == 421:  # 421: the server closes the channel
            self._hang_up()
        if fault_of_the_mail and code >= 500:
            return Dead(f"The mail server refused it: {said}")
        if retry.spent(mail.attempts):
            return Dead(f"The mail server did not take it in {mail.attempts} tries. Last: {said}")
        return Later(now() + retry.wait(mail.attempts, rng=_rng), said, stop=not fault_of_the_mail)

    def _hang_up(self) -> None:
        if self._line is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._line.quit()
            self._line.close()
        self._line = None


def _said(problem: Exception) -> tuple[int, str]:
    """(code or 0, the answer in words)."""
    answer: bytes | str
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(problem.recipients.values()))
    elif isinstance(problem, smtplib.SMTPResponseException):
        code, answer = problem.smtp_code, problem.smtp_error
    else:
        return 0, (str(problem) or type(problem).__name__)[:500]
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return code, f"{code} {words}"[:500]


def compose(mail: Claimed, seller: Seller) -> EmailMessage:
    """The message as it goes over the wire. The same mail has the same Message-ID, however often it is tried.

    :raises ValueError: the address is none, or could become more than one
    """
    if not is_mail_address(mail.to_address):
        raise ValueError(f"“{mail.to_address[:100]}” is not one mail address.")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(mail.subject)
    message["From"] = Address(display_name=one_line(seller.name), addr_spec=places.sender(seller))
    message["To"] = Address(display_name=one_line(mail.to_name), addr_spec=mail.to_address)
    if seller.email:
        message["Reply-To"] = Address(display_name=one_line(seller.name), addr_spec=seller.email)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = message_id(mail.dedup)
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes, please
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message.set_content(mail.body_text)
    message.add_alternative(mail.body_html, subtype="html")
    if mail.attachment is not None:
        message.add_attachment(
            mail.attachment, maintype="application", subtype="pdf", filename=one_line(mail.attachment_name)
        )
    return message


def message_id(dedup: str) -> str:
    """Made from what makes the mail unique, so that a repeat can be recognised."""
    return f"<{hashlib.sha256(dedup.encode()).hexdigest()[:40]}@{places.host()}>"


def one_line(text: str) -> str:
    """A value of a header: what would end it, or begin another one, is a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:250]
