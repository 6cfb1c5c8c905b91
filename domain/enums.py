"""The enumerations of the contract, with its integers, and the few the design adds."""

from enum import IntEnum, StrEnum


class ScheduleStatus(IntEnum):
    """Where a booking stands."""

    Tentative = 0
    Scheduled = 1
    Confirmed = 2
    Rescheduling = 3
    Cancelled = 4


class ConflictLevel(IntEnum):
    """How bad a conflict is; Severe and Critical refuse a booking, the others are recorded beside it."""

    NONE = 0
    Minor = 1
    Moderate = 2
    Severe = 3
    Critical = 4

    @property
    def wire_name(self) -> str:
        """The contract's name: `None` cannot be a Python identifier."""
        return "None" if self is ConflictLevel.NONE else self.name


class ConflictType(IntEnum):
    """What two bookings clash over."""

    TimeOverlap = 0
    ResourceConflict = 1
    VenueConflict = 2
    StaffConflict = 3
    EquipmentConflict = 4


class ConflictStatus(IntEnum):
    """How far a conflict has been dealt with."""

    Detected = 0
    UnderReview = 1
    Resolved = 2
    Escalated = 3
    Dismissed = 4


OPEN_CONFLICT_STATUSES = frozenset(
    {ConflictStatus.Detected, ConflictStatus.UnderReview, ConflictStatus.Escalated}
)


class ResolutionMethod(IntEnum):
    """What made a conflict go away."""

    Rescheduled = 0
    ResourceChanged = 1
    EventCancelled = 2
    OverrideApplied = 3
    Split = 4


class CalendarType(IntEnum):
    """What a calendar is for."""

    Venue = 0
    Staff = 1
    Equipment = 2
    Master = 3
    Department = 4


class OwnerType(IntEnum):
    """Who a calendar belongs to; the first three own it as a resource."""

    Venue = 0
    Staff = 1
    Equipment = 2
    Department = 3
    Organization = 4


class ResourceType(IntEnum):
    """What kind of thing can be claimed."""

    Venue = 0
    Staff = 1
    Equipment = 2
    Other = 3


class RecurrenceType(IntEnum):
    """How a series repeats."""

    NONE = 0
    Daily = 1
    Weekly = 2
    Monthly = 3
    Yearly = 4
    Custom = 5


class DayOfWeek(IntEnum):
    """A day of the week, with .NET's integers."""

    Sunday = 0
    Monday = 1
    Tuesday = 2
    Wednesday = 3
    Thursday = 4
    Friday = 5
    Saturday = 6


class ClaimRole(IntEnum):
    """Whether a booking needs the resource first of all or besides (SCH-012)."""

    Primary = 0
    Secondary = 1


class Role(IntEnum):
    """What a user is to the organisation; each role may do all that the ones below it may."""

    Customer = 0
    Staff = 1
    Manager = 2
    Admin = 3


class AccessLevel(IntEnum):
    """What a grant on a calendar allows; Book includes View."""

    View = 0
    Book = 1


class SuggestionKind(StrEnum):
    """What a suggested fix changes."""

    Rescheduled = "Rescheduled"
    ResourceChanged = "ResourceChanged"
    RescheduledAndResourceChanged = "RescheduledAndResourceChanged"
    OccurrencesSkipped = "OccurrencesSkipped"


class ViewType(StrEnum):
    """How much of a calendar a view shows; Custom is any range of dates."""

    Daily = "Daily"
    Weekly = "Weekly"
    Monthly = "Monthly"
    Custom = "Custom"


class ExportPeriod(StrEnum):
    """How much of a calendar an export is of (spec 4.2)."""

    Daily = "Daily"
    Weekly = "Weekly"
    Monthly = "Monthly"


class ExportFormat(StrEnum):
    """What kind of file an export is (SCH-044)."""

    Pdf = "Pdf"
    Excel = "Excel"
    ICalendar = "ICalendar"


class FeedAudience(StrEnum):
    """Who a feed is for: its owner, who sees what they may, or anyone, who sees only when something is."""

    Owner = "Owner"
    Public = "Public"


class Scope(StrEnum):
    """What the tokens of a service account may be used for, whatever its role.

    Read: look at things. Book: make and change bookings and events. Manage: everything else but Administer.
    Administer: accounts; no service account can have it.
    """

    Read = "Read"
    Book = "Book"
    Manage = "Manage"
    Administer = "Administer"
