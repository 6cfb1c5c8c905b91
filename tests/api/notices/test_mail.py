"""How letters leave: through a real SMTP server, and as files."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from api.notices.letter import Letter
from api.notices.mail import (
    BadMailUrl,
    MailFolder,
    MailRefused,
    MailUnavailable,
    check_mail_url,
    mail_to,
    mailbox,
    sender_of,
)
from api.notices.message import message_of
from tests.api.notices.conftest import read


def letter(to: str = "priya@people.test") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Moved: Grüße"
    message["From"] = sender_of("The House <board@house.test>")
    message["To"] = mailbox("Priya, the Customer", to)
    message["Date"] = datetime(2026, 5, 1, 9, tzinfo=UTC)
    message["Message-ID"] = "<5b0f9f0e@callboard>"
    message.set_content("Hello Priya")
    return message


class Inbox:
    """Keeps what comes; answers `answer` to recipients."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str], bytes]] = []
        self.answer = "250 OK"
        self.verdict = "250 OK"

    async def handle_RCPT(self, *told: Any) -> str:  # noqa: N802
        _server, _session, envelope, address, _options = told
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.verdict.startswith("250"):
            self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.verdict


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox, unused_tcp_port: int) -> Iterator[Controller]:
    """Without TLS, and with a login that it takes only over TLS."""

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"open")

    controller = Controller(inbox, hostname="127.0.0.1", port=unused_tcp_port, authenticator=login)
    controller.start()
    yield controller
    controller.stop()


async def test_a_letter_arrives(server: Controller, inbox: Inbox) -> None:
    await mail_to(f"smtp://127.0.0.1:{server.port}").send(letter())
    ((sender, recipients, content),) = inbox.got
    assert (sender, recipients) == ("board@house.test", ["priya@people.test"])
    arrived = read(content)
    assert arrived.subject == "Moved: Grüße"
    assert arrived.message["To"] == '"Priya, the Customer" <priya@people.test>'
    assert arrived.text == "Hello Priya\r\n"


async def test_a_password_is_never_sent_in_the_clear(server: Controller, inbox: Inbox) -> None:
    with pytest.raises(MailUnavailable, match="STARTTLS"):
        await mail_to(f"smtp://house:open@127.0.0.1:{server.port}").send(letter())
    assert inbox.got == []


@pytest.mark.parametrize(
    ("answer", "raised"), [("550 No such person", MailRefused), ("451 Later", MailUnavailable)]
)
async def test_what_the_server_says_of_the_recipient(
    server: Controller, inbox: Inbox, answer: str, raised: type[Exception]
) -> None:
    inbox.answer = answer
    with pytest.raises(raised):
        await mail_to(f"smtp://127.0.0.1:{server.port}").send(letter())


async def test_a_letter_that_the_server_does_not_take(server: Controller, inbox: Inbox) -> None:
    inbox.verdict = "554 Spam"
    with pytest.raises(MailRefused):
        await mail_to(f"smtp://127.0.0.1:{server.port}").send(letter())


async def test_a_server_that_is_not_there(unused_tcp_port: int) -> None:
    with pytest.raises(MailUnavailable):
        await mail_to(f"smtp://127.0.0.1:{unused_tcp_port}").send(letter())


async def test_a_folder_has_each_letter_once_for_its_owner_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "mail"
    for _ in range(2):
        await mail_to(folder.as_uri()).send(letter())
    (file,) = folder.iterdir()
    assert file.name == "20260501T090000Z-5b0f9f0e.eml"
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    assert read(file.read_bytes()).subject == "Moved: Grüße"


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    with pytest.raises(MailUnavailable):
        await MailFolder(tmp_path / "mail").send(letter())


@pytest.mark.parametrize(
    "url",
    [
        "imap://host",
        "smtp://",
        "smtp://host:99999",
        "file://host/mail",
        "file:mail",
        "smtp://host/path",
        "host",
    ],
)
def test_urls_that_name_no_way_to_send(url: str) -> None:
    with pytest.raises(BadMailUrl):
        check_mail_url(url)


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a b@c.test", "a@c.test\r\nBcc: x@y.test", "<a@c.test>", "a@c.test, b@c.test"],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        mailbox("Priya", address)


EVIL = "=?utf-8?q?Gala=0d=0aBcc:_x=40y.test=0aContent-Type:_text/html=0a=0a<b>?= and =?us-ascii?b?Cg==?="


@pytest.mark.parametrize("words", [EVIL, "Gala\r\nBcc: x@y.test\r\n\r\n<b>", "Gala\x0bBcc:\u2028x"])
@pytest.mark.parametrize("policy", [SMTP, SMTPUTF8])
def test_no_words_of_people_make_a_header(words: str, policy: Any) -> None:
    """Not even those that programs decode (RFC 2047)."""
    message = message_of(
        Letter(f"Your approval is wanted: {words}", "Hello"),
        [],
        sender_of("The House <board@house.test>"),
        mailbox(words, "priya@people.test"),
        UUID(int=1),
        datetime(2026, 5, 1, 9, tzinfo=UTC),
    )
    written = message.as_bytes(policy=policy)
    head, _, body = written.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert sorted(names) == [
        b"Auto-Submitted",
        b"Content-Transfer-Encoding",
        b"Content-Type",
        b"Date",
        b"From",
        b"MIME-Version",
        b"Message-ID",
        b"Subject",
        b"To",
    ]
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert body == b"Hello\r\n"
    assert [one.addr_spec for one in message["To"].addresses] == ["priya@people.test"]


def test_a_domain_of_other_letters_is_written_as_mail_servers_read_it() -> None:
    assert mailbox("Ann", "ann@exämple.test").addr_spec == "ann@xn--exmple-cua.test"
