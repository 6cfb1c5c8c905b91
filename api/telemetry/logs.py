"""Log lines as JSON, each with the request it belongs to, and without what people wrote or are."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
from opentelemetry import trace

from api.feed_token import without_tokens

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered."""

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, requestId, traceId, and what else was given."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return orjson.dumps(self.document(record), default=str).decode()

    def document(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line holds."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            document["requestId"] = current
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            document["traceId"] = f"{span.trace_id:032x}"
        document |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return document


class AccessFormatter(JsonFormatter):
    """Uvicorn's line a request: method, path and status, without who asked and what for."""

    def document(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line holds."""
        assert isinstance(record.args, tuple)
        _client, method, target, _version, status = record.args
        path = without_tokens(str(target).partition("?")[0])
        bare = logging.makeLogRecord(vars(record) | {"msg": "request", "args": None})
        return super().document(bare) | {"method": method, "path": path, "status": status}


def log_config(level: str) -> dict[str, Any]:
    """The logging of a process that serves or works: everything to standard error, as JSON."""

    def logger(handler: str) -> dict[str, Any]:
        return {"handlers": [handler], "level": level.upper(), "propagate": False}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}, "access": {"()": AccessFormatter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "requests": {"class": "logging.StreamHandler", "formatter": "access"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "uvicorn": logger("stderr"),
            "uvicorn.access": logger("requests"),
            "callboard": logger("stderr"),
        },
    }
