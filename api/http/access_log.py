"""What a log of requests may say: addresses of feeds are secrets."""

from __future__ import annotations

import logging

from api.feed_token import without_tokens


class WithoutFeedTokens(logging.Filter):
    """Takes the secrets out of the lines that the server writes about requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, changed where it names a feed's address."""
        if isinstance(record.args, tuple):
            record.args = tuple(without_tokens(one) if isinstance(one, str) else one for one in record.args)
        return True


def install() -> None:
    """Keep secrets out of uvicorn's access log."""
    log = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, WithoutFeedTokens) for one in log.filters):
        log.addFilter(WithoutFeedTokens())
