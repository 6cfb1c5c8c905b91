"""The ways out of a conflict."""

from enum import Enum


class Kind(Enum):
    """What a suggestion changes: the time, the resources, or both."""

    RESCHEDULED = "Rescheduled"
    RESOURCE_CHANGED = "ResourceChanged"
    BOTH = "RescheduledAndResourceChanged"
