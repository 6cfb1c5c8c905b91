"""Being told to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

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
