"""How letters leave: through an SMTP server, or, for a demo and for tests, as files."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from api.exports.plain_text import plain_text

_SCHEMES = ("smtp", "smtps", "file")
_TIMEOUT_SECONDS = 30.0
_PERMANENT = range(500, 600)


class MailRefused(Exception):
    """The server will never take this letter: the address is wrong, or the letter is."""


class MailUnavailable(Exception):
    """The letter did not leave now; it may later."""


class Mail(Protocol):
    """Takes letters."""

    async def send(self, message: EmailMessage) -> None:
        """Hand the letter over. Raises MailRefused and MailUnavailable."""
        ...


class BadMailUrl(ValueError):
    """A mail URL that names no way to send."""


def check_mail_url(url: str) -> str:
    """The URL. Raises BadMailUrl."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadMailUrl(str(error)) from error
    if parts.scheme not in _SCHEMES:
        raise BadMailUrl("it must start with smtp://, smtps:// or file://")
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise BadMailUrl("it must be an absolute path, e.g. file:///var/lib/callboard/mail")
    elif not parts.hostname or parts.path not in {"", "/"}:
        raise BadMailUrl("it must be like smtp://user:password@mail.example:587")
    return url


def mail_to(url: str) -> Mail:
    """What sends as the URL says. Raises BadMailUrl."""
    parts = urlsplit(check_mail_url(url))
    if parts.scheme == "file":
        return MailFolder(Path(unquote(parts.path)))
    secure = parts.scheme == "smtps"
    assert parts.hostname is not None
    return SmtpServer(
        parts.hostname,
        parts.port or (465 if secure else 587),
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
        tls=secure,
    )


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Sends through a server, one connection a letter.

    tls: from the first byte. Otherwise STARTTLS: always with a password, without one where it is offered.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    async def send(self, message: EmailMessage) -> None:
        """Hand the letter over."""
        start_tls = None if self.user is None else True
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls,
                start_tls=False if self.tls else start_tls,
                timeout=_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            refused = MailRefused if all(code in _PERMANENT for code in codes) else MailUnavailable
            raise refused(f"the server refused the recipient ({codes})") from error
        except aiosmtplib.SMTPDataError as error:
            refused = MailRefused if error.code in _PERMANENT else MailUnavailable
            raise refused(f"the server refused the letter ({error.code})") from error
        # A login that is refused, say, is for the operator to mend; the letter is not to blame.
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Writes each letter as an .eml file, which every mail program opens."""

    folder: Path

    async def send(self, message: EmailMessage) -> None:
        """Write the file whole; the same letter twice is one file."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise MailUnavailable(f"{type(error).__name__}: {error}") from error

    def clear(self) -> None:
        """Delete every letter."""
        for letter in self.folder.glob("*.eml"):
            letter.unlink(missing_ok=True)

    def _write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = str(message["Message-ID"]).strip("<>").partition("@")[0]
        moment = message["Date"].datetime.strftime("%Y%m%dT%H%M%SZ")
        fresh = self.folder / f".{number}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=SMTPUTF8))
        fresh.rename(self.folder / f"{moment}-{number}.eml")


def sender_of(text: str) -> Address:
    """The mailbox in a text such as `Callboard <callboard@example.org>`. Raises ValueError."""
    name, address = parseaddr(text)
    return mailbox(name, address)


def header_text(value: str) -> str:
    """The text as a header can have it: on one line, and nothing in it that programs would decode.

    Encoded words (RFC 2047) could hold line breaks, and so headers of somebody else's making.
    """
    return plain_text(value).replace("=?", "= ?")


def mailbox(name: str, address: str) -> Address:
    """A name and an address as a header has them. Raises ValueError for what is no address."""
    try:
        local, _, domain = address.rpartition("@")
        ascii_domain = domain.encode("idna").decode()
        return Address(display_name=header_text(name), addr_spec=f"{local}@{ascii_domain}")
    except Exception as error:  # the parser raises whatever it trips over
        raise ValueError(f"it is no mail address: {error}") from error
