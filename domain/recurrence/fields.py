"""The pattern's fields by the names under which a request gives them."""

INTERVAL = "recurrencePattern.interval"
DAYS_OF_WEEK = "recurrencePattern.daysOfWeek"
DAY_OF_MONTH = "recurrencePattern.dayOfMonth"
END_DATE = "recurrencePattern.endDate"
OCCURRENCE_COUNT = "recurrencePattern.occurrenceCount"
RRULE = "recurrencePattern.rrule"
