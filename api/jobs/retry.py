"""What happens to a job that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

_MOST = 30
_LONGEST = timedelta(minutes=10)


class Patiently(BaseRetryStrategy):
    """Run it again after 1, 2, 4, ... seconds, later every ten minutes, for some hours; then it is failed.

    A job that was cut short by a worker's end counts as failed: another worker takes it up at once.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        """When to run the job again."""
        if job.attempts >= _MOST:
            return None
        wait = min(timedelta(seconds=2 ** min(job.attempts, 16)), _LONGEST)
        return RetryDecision(retry_at=datetime.now(UTC) + wait)
