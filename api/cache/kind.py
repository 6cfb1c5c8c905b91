"""What is cached (spec 12)."""

from enum import StrEnum


class CacheKind(StrEnum):
    """A kind of cached answer; its value is what its keys begin with."""

    CalendarViews = "calendar:view:"
    ResourceAvailability = "resource:availability:"
    ConflictList = "conflicts:"
    CalendarMetadata = "calendar:metadata:"
