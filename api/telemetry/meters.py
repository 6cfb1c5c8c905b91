"""The service's metrics, by the contract's names (spec 16.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Histogram, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, generate_latest

from domain.facts import (
    Fact,
    OverbookingAllowedByOverride,
    OverbookingPreventedBySystem,
    ScheduleConflictDetected,
    ScheduleConflictResolved,
)
from domain.suggestion import Suggestion
from persistence.documents import json_value

log = logging.getLogger("callboard.telemetry")

SERVICE = Resource.create({"service.name": "callboard"})


class Meters:
    """Counts and times what happens in one process, for Prometheus to read and, where asked for, for OTLP.

    otlp: whether the environment names a collector (OTEL_EXPORTER_OTLP_ENDPOINT).
    """

    def __init__(self, *, otlp: bool) -> None:
        self._registry = CollectorRegistry()
        readers: list[MetricReader] = [PrometheusMetricReader(registry=self._registry)]
        if otlp:
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
        self.provider = MeterProvider(readers, SERVICE)
        meter = self.provider.get_meter("callboard")
        self._meter = meter
        self._detected = meter.create_counter(
            "scheduling.conflicts.detected", description="Number of conflicts detected"
        )
        self._resolved = meter.create_counter(
            "scheduling.conflicts.resolved", description="Number of conflicts resolved"
        )
        self._prevented = meter.create_counter(
            "scheduling.overbooking.prevented", description="Overbooking prevention count"
        )
        self._overridden = meter.create_counter(
            "scheduling.overbooking.overridden", description="Overbooking override count"
        )
        self.views = meter.create_histogram(
            "calendar.view.generation.duration", unit="s", description="Calendar view generation time"
        )
        self.checks = meter.create_histogram(
            "availability.check.duration", unit="s", description="Availability check time"
        )
        self.solves = meter.create_histogram(
            "solver.solve.duration", unit="s", description="Time a search for suggestions took"
        )
        self._suggestions = meter.create_counter(
            "solver.suggestions",
            description="Suggestions made, by whether they are proven to be the cheapest",
        )
        self._gap = meter.create_histogram(
            "solver.gap", unit="1", description="How far a suggestion's cost may lie above the cheapest one's"
        )
        self.jobs = meter.create_histogram("jobs.duration", unit="s", description="Time a run of a job took")
        self._shed = meter.create_counter(
            "solver.shed", description="Searches for suggestions given up for want of time or a thread"
        )

    def count(self, facts: Sequence[Fact]) -> None:
        """Count facts that have just been committed."""
        for fact in facts:
            match fact:
                case ScheduleConflictDetected():
                    self._detected.add(1, _kind_of(fact))
                    _track_conflict(fact)
                case ScheduleConflictResolved():
                    self._resolved.add(1, {"method": fact.resolution_method.name})
                case OverbookingPreventedBySystem():
                    self._prevented.add(1)
                case OverbookingAllowedByOverride():
                    self._overridden.add(1)
                case _:
                    pass

    def count_suggestion(self, suggestion: Suggestion) -> None:
        """Count a suggestion that was found, with what is proven of it."""
        self._suggestions.add(1, {"optimal": str(suggestion.optimal).lower()})
        self._gap.record(suggestion.gap)

    def count_shed(self) -> None:
        """Count a search that was given up."""
        self._shed.add(1)

    def gauge(
        self,
        name: str,
        description: str,
        read: Callable[[], Mapping[str, float]],
        label: str | None = None,
        unit: str = "",
    ) -> None:
        """A number that is read when somebody looks, one for each value of a label, or the only one."""

        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            return [Observation(value, {label: key} if label else {}) for key, value in read().items()]

        self._meter.create_observable_gauge(name, [observe], unit=unit, description=description)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def close(self) -> None:
        """Send what is left and stop."""
        self.provider.shutdown()


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Record how long the block takes, in seconds, also when it fails."""
    begun = perf_counter()
    try:
        yield
    finally:
        histogram.record(perf_counter() - begun)


def _kind_of(fact: ScheduleConflictDetected) -> dict[str, str]:
    return {"type": json_value(fact.conflict_type), "level": json_value(fact.conflict_level)}


def _track_conflict(fact: ScheduleConflictDetected) -> None:
    """The custom event of spec 16.2, on the present span and in the log."""
    properties = {
        "ConflictId": str(fact.schedule_conflict_id),
        "ConflictType": json_value(fact.conflict_type),
        "ConflictLevel": json_value(fact.conflict_level),
    }
    trace.get_current_span().add_event("ConflictDetected", properties)
    log.info("ConflictDetected", extra=properties)
