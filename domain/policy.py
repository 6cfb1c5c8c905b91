"""Every threshold of the business rules in one value."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds that settings may change; the defaults are the contract's.

    minimum_duration, maximum_duration: of a booking (SCH-002, SCH-003).
    maximum_occurrences: of a series; one without an end has exactly as many (SCH-006).
    approval_notice: changes closer than this to a start need a manager (SCH-005).
    capacity_warning_share: of capacity; at or above it a booking raises a warning (SCH-022).
    availability_buffer: kept free on both sides by availability checks (SCH-032).
    customer_open_bookings, customer_days_ahead: what "limited" means for a Customer (spec 10.2).
    suggestion_lifetime: how long a suggested fix can be applied.
    """

    minimum_duration: timedelta = timedelta(minutes=15)
    maximum_duration: timedelta = timedelta(days=30)
    maximum_occurrences: int = 365
    approval_notice: timedelta = timedelta(hours=2)
    capacity_warning_share: float = 0.8
    availability_buffer: timedelta = timedelta(minutes=15)
    customer_open_bookings: int = 10
    customer_days_ahead: int = 180
    suggestion_lifetime: timedelta = timedelta(minutes=30)
