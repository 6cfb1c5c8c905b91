"""Traces, to a collector that the environment names."""

from __future__ import annotations

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracerProvider

from api.telemetry.meters import SERVICE

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def names_collector() -> bool:
    """Whether the environment names a collector, as OpenTelemetry's variable for it has it."""
    return bool(os.environ.get(_ENDPOINT))


def tracer_provider() -> trace.TracerProvider:
    """Where spans go: to the collector, or nowhere."""
    if not names_collector():
        return NoOpTracerProvider()
    provider = TracerProvider(resource=SERVICE)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
