"""Which request what is done belongs to, also when a worker does it later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from api.telemetry.logs import request_id

Cause = Mapping[str, str] | None
"""As facts and jobs carry it: `requestId` and `traceparent`, each where there is one."""

_TRACES = TraceContextTextMapPropagator()


def present_cause() -> dict[str, str]:
    """Of what is being done now."""
    cause = trace_headers()
    current = request_id.get()
    return cause if current is None else cause | {"requestId": current}


def trace_headers() -> dict[str, str]:
    """What tells another service of the present trace: `traceparent`, if there is one."""
    carrier: dict[str, str] = {}
    _TRACES.inject(carrier)
    return {name: value for name, value in carrier.items() if name == "traceparent"}


def link_to(cause: Cause) -> trace.Link | None:
    """To the trace of what caused something, for what has several causes."""
    span = trace.get_current_span(_TRACES.extract(cause or {}, Context())).get_span_context()
    return trace.Link(span) if span.is_valid else None


@contextmanager
def caused_by(cause: Cause) -> Iterator[None]:
    """Do what is in the block in the name of the request that caused it."""
    known = cause or {}
    attached = context.attach(_TRACES.extract(known, Context()))
    named = request_id.set(known.get("requestId"))
    try:
        yield
    finally:
        request_id.reset(named)
        context.detach(attached)
