"""What is told of each run of a job: how long it took, how it ended, and on whose behalf it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, cast

from opentelemetry.trace import SpanKind, StatusCode, Tracer
from procrastinate import JobContext
from procrastinate.worker import Worker

from api.telemetry.cause import Cause, caused_by
from api.telemetry.meters import Meters

Middleware = Callable[[Callable[[], Awaitable[Any]], JobContext, Worker], Awaitable[Any]]


def observed(meters: Meters, tracer: Tracer) -> Middleware:
    """Middleware of the queue's worker: measures, and makes a span in the trace of what caused the job."""

    async def observe(run: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker) -> Any:  # noqa: ANN401
        name = context.job.task_name
        begun, outcome = perf_counter(), "failed"
        with (
            caused_by(cast("Cause", context.job.task_kwargs.get("cause"))),
            # Of an error its kind is told, and not its message, which may quote what people wrote.
            tracer.start_as_current_span(
                f"job {name}", kind=SpanKind.CONSUMER, record_exception=False, set_status_on_exception=False
            ) as span,
        ):
            try:
                answer = await run()
                outcome = "done"
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                meters.jobs.record(perf_counter() - begun, {"job": name, "outcome": outcome})
        return answer

    return observe
