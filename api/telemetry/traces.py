"""Traces, to a collector that the environment names."""

from __future__ import annotations

import os

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracerProvider
from opentelemetry.trace import TracerProvider as AnyTracerProvider

from api.feed_token import without_tokens
from api.telemetry.meters import SERVICE

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def names_collector() -> bool:
    """Whether the environment names a collector, as OpenTelemetry's variable for it has it."""
    return bool(os.environ.get(_ENDPOINT))


def tracer_provider(*exporting: SpanProcessor) -> AnyTracerProvider:
    """Where spans go: to the collector or what else is given, or nowhere."""
    processors = list(exporting)
    if names_collector():
        processors.append(BatchSpanProcessor(OTLPSpanExporter()))
    if not processors:
        return NoOpTracerProvider()
    provider = TracerProvider(resource=SERVICE)
    for one in (Discretion(), *processors):
        provider.add_span_processor(one)
    return provider


class Discretion(SpanProcessor):
    """Takes out of spans what people searched for, and the secrets in feeds' addresses."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        """See what a span begins with."""
        attributes = span.attributes or {}
        if "url.query" in attributes:
            span.set_attribute("url.query", "REDACTED")
        if "url.path" in attributes:
            span.set_attribute("url.path", without_tokens(str(attributes["url.path"])))
