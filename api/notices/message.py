"""A letter as a mail, with what calendar programs read of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from api.notices.invitation import Invitation
from api.notices.letter import Letter
from api.notices.mail import header_text


def message_of(
    letter: Letter,
    invitations: Sequence[Invitation],
    sender: Address,
    recipient: Address,
    number: UUID,
    now: datetime,
) -> EmailMessage:
    """The mail. number: the same whenever the same letter is sent again, so that programs show it once.

    A single invitation is the letter itself, said for programs; several are attached.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header_text(letter.subject)
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = now
    message["Message-ID"] = f"<{number}@callboard>"
    # Out-of-office programs do not answer what no person has written (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    if len(invitations) == 1:
        (one,) = invitations
        message.add_alternative(
            one.content.decode(), subtype="calendar", cte="base64", params={"method": one.method}
        )
        message.add_attachment(one.content, "application", "ics", filename="invite.ics")
    else:
        for index, one in enumerate(invitations, 1):
            message.add_attachment(
                one.content.decode(),
                subtype="calendar",
                cte="base64",
                params={"method": one.method},
                filename=f"invite-{index}.ics",
            )
    return message
