"""Where the server listens."""

from __future__ import annotations

import socket
from typing import cast

import pytest

from api.cli.address import bound_socket, url_of
from api.cli.cannot_run import CannotRun


class Named:
    """Something bound to an address, as far as `url_of` is concerned."""

    def __init__(self, host: str) -> None:
        self.host = host

    def getsockname(self) -> tuple[str, int]:
        return self.host, 8000


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_a_url_that_a_browser_here_can_open(host: str, url: str) -> None:
    assert url_of(cast("socket.socket", Named(host))) == url


def test_the_address_is_held_but_nobody_listens_yet() -> None:
    with bound_socket("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.socket() as caller, pytest.raises(ConnectionRefusedError):
            caller.connect(address)
        listener.listen()
        with socket.socket() as caller:
            caller.connect(address)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotRun) as caught, bound_socket("192.0.2.1", 8000):
        pass
    assert str(caught.value) == "cannot listen on 192.0.2.1 port 8000: Cannot assign requested address"
