"""What a call to an ERP does when the other side behaves as other sides do."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from app import clock
from app.erp.business_central.answers import read_refusal
from app.erp.errors import (
    ErpAlreadyHas,
    ErpBusy,
    ErpError,
    ErpMisread,
    ErpRefused,
    ErpUnavailable,
    ErpUnknownOutcome,
    ErpUnreachable,
)
from app.erp.http import HttpClient, as_json, json_body
from app.erp.port import Exchange, collect_exchanges
from app.erp.transport import Call, Transport, within
from tests.erp.scripted import Conversation, Script, ScriptedHost, hangs_up, says

Hosting = Callable[..., ScriptedHost]
READ = Call(operation="read_items", method="GET", url="")
WRITE = Call(operation="create_order", method="POST", url="", body=b'{"orderKey": "K1"}', writes=True, order_key="K1")


@pytest.fixture
def hosting() -> Iterator[Hosting]:
    hosts: list[ScriptedHost] = []

    def host(*scripts: Script) -> ScriptedHost:
        hosts.append(ScriptedHost(list(scripts)))
        return hosts[-1]

    yield host
    for each in hosts:
        each.stop()


@pytest.fixture
def tls_host() -> Iterator[str]:
    """A host with a certificate it signed itself (a throw-away key made for this test)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("nobody.pem"))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as line:
                context.wrap_socket(line, server_side=True)

        threading.Thread(target=greet, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def client(host: ScriptedHost, **transport: Any) -> HttpClient:
    settings = {"allowlist": [host.address], "read": 1.0, "total": 5.0, **transport}
    return HttpClient(Transport(**settings), read_refusal=read_refusal, secrets=("s3cret",))


def send(host: ScriptedHost, call: Call, **transport: Any) -> Any:
    return client(host, **transport).send(replace(call, url=f"{host.url}/page"), read=as_json).value


def trouble(host: ScriptedHost, call: Call, **transport: Any) -> ErpError:
    with pytest.raises(ErpError) as caught:
        send(host, call, **transport)
    return caught.value


def test_amounts_arrive_with_the_digits_they_were_sent_with(hosting: Hosting) -> None:
    answer = send(hosting(says(200, b'{"price": 0.10, "count": 3}')), READ)

    assert answer == {"price": Decimal("0.10"), "count": 3}
    assert str(answer["price"]) == "0.10"


def test_amounts_leave_with_their_own_digits() -> None:
    assert json_body({"a": Decimal("1234567890.123456"), "b": [Decimal("0.10"), None, True]}) == (
        b'{"a":1234567890.123456,"b":[0.10,null,true]}'
    )


# --- no answer --------------------------------------------------------------------------------------------------------


def test_a_refused_connection_wrote_nothing(hosting: Hosting) -> None:
    host = hosting(says(200))
    host.stop()

    assert type(trouble(host, WRITE)) is ErpUnreachable


@pytest.mark.parametrize(("call", "family"), [(READ, ErpUnavailable), (WRITE, ErpUnknownOutcome)])
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hangs_up, id="hangs up"),
        pytest.param(lambda talk: time.sleep(2), id="says nothing"),
        pytest.param(says(500, b'{"error": {"code": "Internal_ServerError", "message": "boom"}}'), id="500"),
        pytest.param(says(502, b"<html>bad gateway</html>"), id="502"),
        pytest.param(says(503), id="503"),
        pytest.param(says(504), id="504"),
        pytest.param(says(408), id="408"),
        pytest.param(lambda talk: talk.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), id="cut, left open"),
    ],
)
def test_silence_is_harmless_for_a_read_and_an_open_question_for_a_write(
    hosting: Hosting, script: Script, call: Call, family: type[ErpError]
) -> None:
    assert type(trouble(hosting(script), call, read=0.3)) is family


@pytest.mark.parametrize(("call", "family"), [(READ, ErpMisread), (WRITE, ErpUnknownOutcome)])
@pytest.mark.parametrize(
    "body", [b"", b'{"value": [', b"<html><form>Sign in</form></html>", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe"]
)
def test_a_good_status_with_an_unreadable_body_is_no_good_answer(
    hosting: Hosting, body: bytes, call: Call, family: type[ErpError]
) -> None:
    assert type(trouble(hosting(says(200, body)), call)) is family


def cut_short(talk: Conversation) -> None:
    talk.raw(b'HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"orderKey"')
    hangs_up(talk)


def test_an_answer_cut_in_the_middle_leaves_a_write_open(hosting: Hosting) -> None:
    error = trouble(hosting(cut_short), WRITE)

    assert type(error) is ErpUnknownOutcome
    assert error.exchange is not None
    assert (error.exchange.status, error.exchange.outcome) == (201, "unknown")


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-", b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"'])
def test_a_drip_of_bytes_in_headers_or_body_ends_at_the_deadline(hosting: Hosting, start: bytes) -> None:
    drops: list[bytes] = []

    def drip(talk: Conversation) -> None:
        talk.raw(start)
        while len(drops) < 100:
            time.sleep(0.1)
            talk.raw(b"a")
            drops.append(b"a")

    assert type(trouble(hosting(drip), WRITE, read=5.0, total=0.5)) is ErpUnknownOutcome
    assert len(drops) < 100  # we were gone before it ended


def test_a_surrounding_deadline_shortens_every_call(hosting: Hosting) -> None:
    host = hosting(lambda talk: time.sleep(8))

    with within(0.3):
        assert type(trouble(host, READ, read=9.0, total=9.0)) is ErpUnavailable
        assert "No time was left" in trouble(host, READ).reason


def test_an_answer_beyond_the_largest_size_is_not_read_to_its_end(hosting: Hosting) -> None:
    assert type(trouble(hosting(says(200, b"1" * 5000)), READ, largest=1000)) is ErpUnavailable


def test_a_small_packet_that_unpacks_into_a_mountain_is_cut_off(hosting: Hosting) -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    error = trouble(hosting(says(200, bomb, Content_Encoding="gzip")), WRITE, largest=1_000_000)

    assert type(error) is ErpUnknownOutcome
    assert "larger than permitted" in error.reason


def test_a_read_is_asked_again_when_its_kept_connection_was_dropped(hosting: Hosting) -> None:
    assert send(hosting(hangs_up, says(200, b"1")), READ) == 1


def test_a_write_is_never_sent_twice(hosting: Hosting) -> None:
    host = hosting(hangs_up)

    trouble(host, WRITE)

    assert len(host.seen) == 1


# --- where we go ------------------------------------------------------------------------------------------------------


def test_a_redirect_is_not_followed(hosting: Hosting) -> None:
    elsewhere = hosting(says(200, b"1"))
    host = hosting(says(302, b"", Location=f"{elsewhere.url}/latest/meta-data"))

    trouble(host, READ, allowlist=[host.address, elsewhere.address])

    assert elsewhere.seen == []


@pytest.mark.parametrize("allowlist", [[], ["erp.example:443"], ["10.0.0.0/8"]])
def test_a_host_that_is_not_permitted_is_not_contacted(hosting: Hosting, allowlist: list[str]) -> None:
    host = hosting(says(200, b"1"))

    error = trouble(host, READ, allowlist=allowlist)

    assert (type(error), host.seen) == (ErpUnreachable, [])


def test_a_permitted_network_permits_its_addresses(hosting: Hosting) -> None:
    assert send(hosting(says(200, b"1")), READ, allowlist=["127.0.0.0/8"]) == 1


def test_an_address_with_credentials_or_backslashes_is_not_contacted(hosting: Hosting) -> None:
    host = hosting(says(200, b"1"))
    for url in (f"http://me:you@{host.address}/", f"http://{host.address}\\@evil.example/", "file:///etc/passwd"):
        with pytest.raises(ErpUnavailable):
            client(host).send(replace(READ, url=url), read=as_json)
    assert host.seen == []


def test_proxies_of_the_environment_are_ignored(hosting: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")

    assert send(hosting(says(200, b"1")), READ) == 1


def test_cookies_are_not_kept(hosting: Hosting) -> None:
    host = hosting(says(200, b"1", Set_Cookie="session=abc; Path=/"))
    http = client(host)
    for _ in range(2):
        http.send(replace(READ, url=f"{host.url}/page"), read=as_json)

    assert "cookie" not in host.seen[1].headers


def test_a_certificate_nobody_vouches_for_ends_the_call_before_it_is_sent(tls_host: str) -> None:
    transport = Transport(allowlist=[tls_host])

    with pytest.raises(ErpUnavailable, match="certificate"):
        HttpClient(transport, read_refusal=read_refusal).send(replace(WRITE, url=f"https://{tls_host}/"), read=as_json)


# --- being told to wait, being refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [(WRITE, 429, ErpBusy), (READ, 429, ErpBusy), (READ, 503, ErpBusy), (WRITE, 503, ErpUnknownOutcome)],
)
def test_being_asked_to_wait_names_the_moment(hosting: Hosting, call: Call, status: int, kind: type[ErpError]) -> None:
    """Only 429 says that nothing was done: a gateway's 503 may come after the work."""
    error = trouble(hosting(says(status, b"", Retry_After="120")), call)

    assert type(error) is kind
    assert error.not_before is not None
    assert timedelta(seconds=100) < error.not_before - clock.now() <= timedelta(seconds=120)
    assert error.odd_wait == ""


def test_a_date_to_wait_for_counts_from_the_other_clock(hosting: Hosting) -> None:
    there = clock.now() - timedelta(days=3)
    headers = {"Date": format_datetime(there), "Retry_After": format_datetime(there + timedelta(minutes=5))}

    error = trouble(hosting(says(429, b"", **headers)), READ)

    assert isinstance(error, ErpBusy)
    assert error.not_before is not None
    assert timedelta(minutes=4) < error.not_before - clock.now() <= timedelta(minutes=5)


@pytest.mark.parametrize("wanted", ["-5", "soon", "", "0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_nonsense_to_wait_for_names_no_moment(hosting: Hosting, wanted: str) -> None:
    error = trouble(hosting(says(429, b"", Retry_After=wanted)), READ)

    assert isinstance(error, ErpBusy)
    assert (error.not_before, error.odd_wait) == (None, "" if wanted == "0" else wanted)


@pytest.mark.parametrize("wanted", ["31536000", "9" * 400, "Thu, 01 Jan 2099 00:00:00 GMT"])
def test_no_wait_is_longer_than_an_hour(hosting: Hosting, wanted: str) -> None:
    error = trouble(hosting(says(429, b"", Retry_After=wanted)), READ)

    assert isinstance(error, ErpBusy)
    assert error.not_before is not None
    assert error.not_before - clock.now() <= timedelta(hours=1)
    assert error.odd_wait == wanted[:60]
    assert wanted[:60] in error.reason


@pytest.mark.parametrize("status", [400, 409])
def test_our_key_being_taken_is_told_apart(hosting: Hosting, status: int) -> None:
    body = b'{"error": {"code": "Internal_EntityWithSameKeyExists", "message": "The record already exists."}}'

    assert type(trouble(hosting(says(status, body)), WRITE)) is ErpAlreadyHas


def test_a_refusal_keeps_the_words_of_the_erp_and_drops_its_noise(hosting: Hosting) -> None:
    message = "Customer\\r\\n 10000 is\\u0007 blocked.  CorrelationId:  2c074c12-1644-4f2c-befb-efd681f5a595."
    body = f'{{"error": {{"code": "Application_DialogException", "message": "{message}"}}}}'

    error = trouble(hosting(says(400, body.encode())), WRITE)

    assert (type(error), error.reason) == (ErpRefused, "Customer 10000 is blocked.")
    assert error.exchange is not None
    assert error.exchange.erp_request_id == "2c074c12-1644-4f2c-befb-efd681f5a595"


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[]", b'{"error": "no"}', b'{"error": {"message": 7}}'])
def test_a_refusal_without_words_still_says_something(hosting: Hosting, body: bytes) -> None:
    error = trouble(hosting(says(403, body)), WRITE)

    assert type(error) is ErpRefused
    assert error.reason


def test_a_long_refusal_is_cut(hosting: Hosting) -> None:
    body = b'{"error": {"code": "X", "message": "' + b"blah " * 1000 + b'"}}'

    assert len(trouble(hosting(says(422, body)), WRITE).reason) == 300


# --- signing in -------------------------------------------------------------------------------------------------------


class CountingSigner:
    """Hands out numbered tokens."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    def token(self) -> str:
        return f"token-{len(self.renewed)}"

    def renew(self, refused: str) -> str:
        self.renewed.append(refused)
        return self.token()


def test_an_outdated_token_is_renewed_once_and_the_call_goes_on(hosting: Hosting) -> None:
    host, signer = hosting(says(401), says(201, b"{}")), CountingSigner()

    client(host).send(replace(WRITE, url=f"{host.url}/page"), read=as_json, signer=signer)

    assert signer.renewed == ["token-0"]
    assert [talk.headers["authorization"] for talk in host.seen] == ["Bearer token-0", "Bearer token-1"]


def test_a_new_token_that_is_refused_too_ends_the_call(hosting: Hosting) -> None:
    host = hosting(says(401))

    with pytest.raises(ErpUnavailable, match="sign-in"):
        client(host).send(replace(READ, url=f"{host.url}/page"), read=as_json, signer=CountingSigner())
    assert len(host.seen) == 2


# --- the record -------------------------------------------------------------------------------------------------------


def test_every_call_is_recorded_without_secrets(hosting: Hosting) -> None:
    host = hosting(says(400, b'{"seen": "Bearer token-0", "access_token": "abc", "client": "s3cret"}'))
    call = replace(WRITE, url=f"{host.url}/page", body=b'{"client_secret": "xyz", "orderKey": "K1"}')

    with collect_exchanges() as exchanges, pytest.raises(ErpRefused):
        client(host).send(call, read=as_json, signer=CountingSigner())

    (exchange,) = exchanges
    assert (exchange.operation, exchange.status, exchange.outcome, exchange.order_key) == (
        "create_order",
        400,
        "refused",
        "K1",
    )
    recorded = exchange.request_body + exchange.response_body + exchange.url
    assert "K1" in recorded
    assert not any(secret in recorded for secret in ("token-0", "abc", "xyz", "s3cret"))


def test_long_bodies_are_cut_in_the_record(hosting: Hosting) -> None:
    with collect_exchanges() as exchanges:
        send(hosting(says(200, b'"' + b"x" * 10_000 + b'"', request_id="r-1")), READ)

    assert len(exchanges[0].response_body) == 4_000
    assert exchanges[0].erp_request_id == "r-1"


def test_an_observer_hears_of_every_call(hosting: Hosting) -> None:
    heard: list[Exchange] = []
    host = hosting(says(500), says(200, b"1"))
    http = HttpClient(Transport(allowlist=[host.address]), read_refusal=read_refusal, on_call=heard.append)
    with pytest.raises(ErpUnavailable):
        http.send(replace(READ, url=host.url), read=as_json)
    http.send(replace(READ, url=host.url), read=as_json)

    assert [exchange.outcome for exchange in heard] == ["unavailable", "ok"]


def test_many_threads_share_one_client(hosting: Hosting) -> None:
    host = hosting(lambda talk: talk.answer(200, talk.path.rpartition("/")[2].encode()))
    http, answers = client(host), []

    def ask(number: int) -> None:
        answers.append(http.send(replace(READ, url=f"{host.url}/{number}"), read=as_json).value == number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 40


class Held:
    """A gate that is shut; it remembers what it was told."""

    def __init__(self, *, shut: bool) -> None:
        self.shut, self.left = shut, []

    def enter(self) -> None:
        if self.shut:
            raise ErpUnreachable("The ERP is left alone for a while.")

    def leave(self, problem: ErpError | None) -> None:
        self.left.append(problem.outcome if problem else "ok")


def test_a_gate_that_is_shut_lets_nothing_out(hosting: Hosting) -> None:
    host, gate = hosting(says(200, b"1")), Held(shut=True)
    http = HttpClient(Transport(allowlist=[host.address]), read_refusal=read_refusal, gate=gate)

    with pytest.raises(ErpUnreachable):
        http.send(replace(READ, url=host.url), read=as_json)

    assert (host.seen, gate.left) == ([], [])


def test_a_gate_is_told_how_each_call_ended(hosting: Hosting) -> None:
    host, gate = hosting(says(200, b"1"), says(429, b"")), Held(shut=False)
    http = HttpClient(Transport(allowlist=[host.address]), read_refusal=read_refusal, gate=gate)

    http.send(replace(READ, url=host.url), read=as_json)
    with pytest.raises(ErpBusy):
        http.send(replace(READ, url=host.url), read=as_json)

    assert gate.left == ["ok", "busy"]
