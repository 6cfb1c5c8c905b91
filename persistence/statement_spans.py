"""A span of each statement, with its text and never with what was filled in."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, get_current_span
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine

_LONGEST = 2_000
_SPAN = "callboard_span"


def trace_statements(engine: AsyncEngine, tracer: Tracer) -> None:
    """Trace what belongs to a request or a job; looking for work, which never ends, leaves no trace."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def begin(
        _connection: Connection,
        _cursor: Any,  # noqa: ANN401 - the driver's
        statement: str,
        _parameters: Any,  # noqa: ANN401
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        if context is None or not get_current_span().is_recording():
            return
        operation = statement.lstrip("( \n").partition(" ")[0].upper()
        attributes = {
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": statement[:_LONGEST],
        }
        setattr(context, _SPAN, tracer.start_span(operation, kind=SpanKind.CLIENT, attributes=attributes))

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def end(
        _connection: Connection,
        _cursor: Any,  # noqa: ANN401
        _statement: str,
        _parameters: Any,  # noqa: ANN401
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        span: Span | None = getattr(context, _SPAN, None)
        if span is not None:
            span.end()

    @event.listens_for(engine.sync_engine, "handle_error")
    def fail(failure: ExceptionContext) -> None:
        span: Span | None = getattr(failure.execution_context, _SPAN, None)
        if span is not None:
            # Its message may quote what people wrote.
            state = getattr(failure.original_exception, "sqlstate", None)
            span.set_attribute("error.type", state or type(failure.original_exception).__name__)
            span.set_status(StatusCode.ERROR)
            span.end()
