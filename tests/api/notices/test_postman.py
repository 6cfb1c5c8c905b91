"""Letters are sent at least once, one at a time to a person, and what does not leave is tried again."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.notices.mail import MailRefused, MailUnavailable
from api.notices.postman import Postman
from persistence.database import Database
from persistence.relay import publish
from tests.api.bookings import at, booking
from tests.api.notices.conftest import Correspondent
from tests.api.people import CUSTOMER, OTHER_CUSTOMER

Headers = dict[str, str]


@dataclass
class Post:
    """A mail that does as it is told."""

    failure: Exception | None = None
    sent: list[EmailMessage] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, message: EmailMessage) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.sent.append(message)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def postman(letters: Correspondent, post: Post) -> Postman:
    return replace(letters.postman, mail=post)


@pytest.fixture
async def booked(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers
) -> list[str]:
    """A booking for each of two customers; where they lead."""
    hall = await make_hall("Ballroom")
    paths = []
    for number, person in enumerate((CUSTOMER, OTHER_CUSTOMER)):
        body = booking(
            await make_event(f"Gala {number}", organizer=person), hall.calendar_id, 8 + number, 9 + number
        )
        paths.append((await client.post("/api/schedules", json=body, headers=as_manager)).headers["location"])
    return paths


async def outcomes(worker: Database) -> list[tuple[str | None, int]]:
    async with worker.engine.connect() as connection:
        rows = await connection.execute(text("SELECT outcome, attempts FROM notices ORDER BY sequence"))
        return [(row.outcome, row.attempts) for row in rows]


@pytest.mark.usefixtures("booked")
async def test_two_postmen_write_each_letter_once(
    letters: Correspondent, postman: Postman, post: Post, worker: Database
) -> None:
    await letters.note()
    post.gate = asyncio.Event()
    tasks = [asyncio.create_task(postman.deliver()) for _ in range(3)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    # Two of them hold a letter each; for the third there is nobody left.
    assert [one.result() for one in done] == [False]
    post.gate.set()
    assert sorted(await asyncio.gather(*tasks)) == [False, True, True]
    assert sorted(str(one["To"]) for one in post.sent) == [
        "Jonas <jonas@people.test>",
        "Priya <priya@people.test>",
    ]
    assert await outcomes(worker) == [("Sent", 0), ("Sent", 0)]


async def test_a_letter_that_does_not_leave_is_tried_again_with_the_same_number(
    letters: Correspondent, booked: list[str], postman: Postman, post: Post, clock: Any, worker: Database
) -> None:
    await letters.note()
    post.failure = MailUnavailable("the server sleeps")
    for _ in booked:
        with pytest.raises(MailUnavailable):
            await postman.deliver()
    assert await postman.deliver() is False
    assert await outcomes(worker) == [(None, 1), (None, 1)]
    post.failure = None
    clock.forward(timedelta(seconds=10))
    assert [await postman.deliver() for _ in range(3)] == [True, True, False]
    assert len({one["Message-ID"] for one in post.sent}) == 2
    assert await outcomes(worker) == [("Sent", 1), ("Sent", 1)]


@pytest.mark.usefixtures("booked")
async def test_the_number_of_a_letter_is_made_from_what_it_tells(
    letters: Correspondent, postman: Postman, post: Post, owner_execute: Any
) -> None:
    """A crash after sending sends again; a program that reads the number shows the letter once."""
    await letters.note()
    for _ in range(2):
        while await postman.deliver():
            pass
        owner_execute("UPDATE notices SET settled_at = NULL, outcome = NULL")
    numbers = [str(one["Message-ID"]) for one in post.sent]
    assert (len(numbers), len(set(numbers))) == (4, 2)


@pytest.mark.usefixtures("booked")
async def test_a_letter_that_is_refused_is_given_up_and_no_address_is_logged(
    letters: Correspondent, postman: Postman, post: Post, worker: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await letters.note()
    post.failure = MailRefused("the server refused the recipient ([550])")
    with caplog.at_level(logging.WARNING):
        assert [await postman.deliver() for _ in range(3)] == [True, True, False]
    assert await outcomes(worker) == [("GivenUp", 0), ("GivenUp", 0)]
    assert str(CUSTOMER.user_id) in caplog.text
    assert "people.test" not in caplog.text


async def test_after_two_days_a_letter_is_given_up(
    letters: Correspondent, booked: list[str], postman: Postman, post: Post, clock: Any, worker: Database
) -> None:
    await letters.note()
    post.failure = MailUnavailable("the server sleeps")
    for _ in range(12):
        for _ in booked:
            with pytest.raises(MailUnavailable):
                await postman.deliver()
        clock.forward(timedelta(days=2))
    assert await postman.deliver() is False
    assert await outcomes(worker) == [("GivenUp", 11), ("GivenUp", 11)]


async def test_news_during_an_outage_brings_no_letter_nearer_to_its_end(
    client: httpx.AsyncClient,
    letters: Correspondent,
    booked: list[str],
    postman: Postman,
    post: Post,
    clock: Any,
    worker: Database,
    as_manager: Headers,
) -> None:
    """Whoever was not reached is left alone for a while; what is new then has all its attempts before it."""
    await letters.note()
    post.failure = MailUnavailable("the server sleeps")
    for path in booked:
        with pytest.raises(MailUnavailable):
            await postman.deliver()
        times = {"startDateTime": at(12), "endDateTime": at(13)}
        if path != booked[0]:
            times = {"startDateTime": at(14), "endDateTime": at(15)}
        answer = await client.post(f"{path}/reschedule", json=times, headers=as_manager)
        assert answer.status_code == 200
    await letters.note()
    assert await postman.deliver() is False
    assert await outcomes(worker) == [(None, 1), (None, 1), (None, 0), (None, 0)]
    for _ in range(11):
        clock.forward(timedelta(days=2))
        for _ in booked:
            with pytest.raises(MailUnavailable):
                await postman.deliver()
    assert await outcomes(worker) == [("GivenUp", 11), ("GivenUp", 11), (None, 11), (None, 11)]


async def test_a_letter_that_cannot_be_written_holds_up_no_other(
    letters: Correspondent,
    booked: list[str],
    postman: Postman,
    post: Post,
    clock: Any,
    worker: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await letters.note()
    post.failure = RuntimeError("of Priya <priya@people.test>")
    with caplog.at_level(logging.WARNING):
        assert await postman.deliver() is True
        post.failure = None
        assert [await postman.deliver(), await postman.deliver()] == [True, False]
    assert sorted(await outcomes(worker), key=str) == [("Sent", 0), (None, 1)]
    assert "RuntimeError" in caplog.text
    assert "people.test" not in caplog.text
    clock.forward(timedelta(seconds=10))
    assert [await postman.deliver(), await postman.deliver()] == [True, False]
    assert len(post.sent) == len(booked)


@pytest.mark.usefixtures("booked")
async def test_facts_are_noted_once_whoever_reads_them_again(
    letters: Correspondent, worker: Database, owner_execute: Any
) -> None:
    await letters.note()
    owner_execute("UPDATE relay_positions SET sequence = 0 WHERE name = 'notices'")
    await letters.note()
    assert len(await outcomes(worker)) == 2


@pytest.mark.usefixtures("booked")
async def test_without_mail_nothing_is_noted_and_nothing_is_told_later(
    letters: Correspondent, worker: Database
) -> None:
    async with worker.engine.begin() as connection:
        await publish(connection, worker.clock, 500)
    await replace(letters.noting, is_wanted=False).note()
    await letters.note()
    assert await outcomes(worker) == []


async def test_news_waits_for_more(
    client: httpx.AsyncClient, letters: Correspondent, booked: list[str], clock: Any, as_manager: Headers
) -> None:
    letters.soon = timedelta(minutes=5)
    assert await letters() == []
    times = {"startDateTime": at(12), "endDateTime": at(13)}
    clock.forward(timedelta(minutes=5) - timedelta(microseconds=1))
    assert (await client.post(f"{booked[0]}/reschedule", json=times, headers=as_manager)).status_code == 200
    assert await letters() == []
    clock.forward(timedelta(microseconds=1))
    assert [one.subject for one in await letters()] == ["Booked: Gala 1", "Booked: Gala 0"]
    clock.forward(timedelta(hours=1))
    assert await letters() == []
