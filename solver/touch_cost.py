"""What it costs to change a booking at all."""

from domain.enums import ScheduleStatus
from domain.schedule import SnapshotBooking
from solver.weights import Weights


def touch_cost(booking: SnapshotBooking, notice_minutes: int, weights: Weights, *, is_request: bool) -> int:
    """The price by status, people expected and notice; a request that nobody counts on yet is cheap."""
    percent = 100
    if is_request:
        percent = weights.touch_request_percent
    elif booking.status is ScheduleStatus.Confirmed:
        percent = weights.touch_confirmed_percent
    elif booking.status is ScheduleStatus.Tentative:
        percent = weights.touch_tentative_percent
    cost = weights.touch_base
    cost += weights.touch_per_attendee * min(booking.attendees or 0, weights.touch_attendees_counted_most)
    if not is_request and notice_minutes < weights.short_notice_minutes:
        cost += weights.touch_short_notice
    return cost * percent // 100
