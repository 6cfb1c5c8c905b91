"""One thing that the doctor looks at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from api.doctor.patient import Patient
from api.storage import StorageUnavailable
from persistence.readers.invariants.invariant import Breach, Invariant
from persistence.unit_of_work import DatabaseBusy


@dataclass(frozen=True, slots=True)
class Check:
    """A promise, who looks whether it is kept, and what to do where it is not."""

    name: str
    promise: str
    advice: str
    find: Callable[[Patient], Awaitable[Sequence[Breach]]]

    @classmethod
    def of(cls, invariant: Invariant) -> Check:
        """The check of something the database can be asked for."""

        async def find(patient: Patient) -> Sequence[Breach]:
            return await patient.broken(invariant, silence=_seconds(patient))

        return cls(invariant.name, invariant.promise, invariant.advice, find)


@dataclass(frozen=True, slots=True)
class Examined:
    """A check that was made. breaches: none when the promise is kept."""

    check: Check
    breaches: Sequence[Breach]


async def examine(patient: Patient, check: Check) -> Examined:
    """Make one check; one that cannot be made is no promise kept."""
    try:
        return Examined(check, await check.find(patient))
    except (DatabaseBusy, StorageUnavailable) as error:
        reason = str(error).partition("\n")[0]
        return Examined(check, [Breach("the check itself", f"could not be made: {reason}")])


def _seconds(patient: Patient) -> float:
    return patient.settings.job_silence_seconds
