"""Being told to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.cannot_run import CannotRun

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block in order, with all that was started in it, and that is a success."""
    # SIGINT too: a shell starts background jobs with it ignored.
    before = {one: signal.signal(one, signal.default_int_handler) for one in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        # On a line of its own, after the terminal's ^C.
        print("\nStopped.", flush=True)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def given_up_on_signals(left: str) -> Iterator[None]:
    """Ctrl-C and SIGTERM undo the block, which is a failure. left: what they leave, as a sentence begins."""
    before = {one: signal.signal(one, signal.default_int_handler) for one in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt as error:
        raise CannotRun(f"stopped; {left}") from error
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
