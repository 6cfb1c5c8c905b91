"""What is put on in which hall, as a person would read it on the board."""

from __future__ import annotations

from dataclasses import dataclass

from api.demo import house
from domain.entities import Resource


@dataclass(frozen=True, slots=True)
class Number:
    """A kind of event.

    chance: of one a day. starts, lengths: in hours, UTC. fewest: attendees. teams: one person of each.
    equipment: with the most it takes.
    """

    chance: float
    titles: tuple[str, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    fewest: int
    teams: tuple[tuple[Resource, ...], ...] = ()
    equipment: tuple[tuple[Resource, int], ...] = ()


_TECHNICIANS, _MANAGERS, _HOSTS = house.TECHNICIANS, house.STAGE_MANAGERS, house.HOSTS
_MICROPHONES, _PROJECTOR = (house.MICROPHONES, 4), (house.PROJECTORS, 1)

PROGRAMMES: dict[Resource, tuple[Number, ...]] = {
    house.MAIN_STAGE: (
        Number(
            0.45,
            (
                "Twelfth Night",
                "The Cherry Orchard",
                "Cabaret",
                "Swan Lake",
                "The Magic Flute",
                "Comedy Night",
            ),
            (19,),
            (3,),
            350,
            (_MANAGERS, _TECHNICIANS),
            (_MICROPHONES,),
        ),
        Number(
            0.25,
            (
                "Technical Rehearsal: Cabaret",
                "Dress Rehearsal: Swan Lake",
                "Lighting Session",
                "Family Matinee",
            ),
            (10, 11),
            (3, 4),
            10,
            (_TECHNICIANS,),
        ),
    ),
    house.CONCERT_HALL: (
        Number(
            0.45,
            (
                "City Philharmonic",
                "String Quartet Cycle",
                "Jazz at Eight",
                "Organ Recital",
                "Choral Evensong",
                "Songs of the Sea",
            ),
            (19, 20),
            (2, 3),
            150,
            (_MANAGERS, _HOSTS),
            ((house.CONCERT_GRAND, 1),),
        ),
        Number(
            0.25,
            (
                "Orchestra Rehearsal",
                "Recording Session: Brahms",
                "Piano Tuning and Voicing",
                "Choir Workshop",
            ),
            (10, 13),
            (2, 3),
            5,
            (_TECHNICIANS,),
            ((house.CONCERT_GRAND, 1),),
        ),
    ),
    house.BALLROOM: (
        Number(
            0.4,
            (
                "Okafor Wedding Reception",
                "Chamber of Commerce Dinner",
                "Tango Ball",
                "Awards Night: Local Journalism",
                "Golden Anniversary: the Lindqvists",
                "Charity Auction",
            ),
            (17, 18),
            (4, 5),
            80,
            (_HOSTS,),
            (_MICROPHONES,),
        ),
        Number(
            0.25,
            ("Antiques Fair", "Job Fair", "Ballroom Dancing for Beginners", "Blood Donation Day"),
            (9, 10),
            (4, 5),
            60,
            (_HOSTS,),
        ),
    ),
    house.GARDEN_PAVILION: (
        Number(
            0.35,
            (
                "Garden Party: the Novaks",
                "Wedding Ceremony: Ito and Brandt",
                "Summer Reading Circle",
                "Yoga in the Garden",
                "Retirement Party: Dr. Mensah",
                "Plant Swap",
            ),
            (11, 14),
            (2, 3, 4),
            20,
            (_HOSTS,),
        ),
        Number(
            0.2, ("Candlelight Dinner Concert", "Wine and Cheese Evening", "Poetry Slam"), (18, 19), (3,), 40
        ),
    ),
    house.STUDIO_ONE: (
        Number(
            0.35,
            ("Web Series Shoot", "Livestream: Science Hour", "Photo Shoot: Autumn Catalogue", "Radio Drama"),
            (9, 10),
            (3, 4),
            4,
            (_TECHNICIANS,),
            (_PROJECTOR, _MICROPHONES),
        ),
        Number(
            0.25,
            ("Improv Night", "Film Club: Silent Classics", "Panel: Cities at Night"),
            (18, 19),
            (2, 3),
            30,
        ),
    ),
    house.STUDIO_TWO: (
        Number(
            0.35,
            ("Contemporary Dance Class", "Lighting Design Course", "Puppet Making", "Stage Combat Training"),
            (10, 14),
            (2, 3),
            8,
            equipment=(_PROJECTOR,),
        ),
        Number(0.2, ("Open Rehearsal", "Swing Dance Social", "Fringe Preview"), (19,), (2,), 20),
    ),
    house.REHEARSAL_ROOM: (
        Number(
            0.4,
            ("Read-through: Act Two", "Quartet Rehearsal", "Vocal Coaching", "Company Meeting"),
            (13, 15),
            (1, 2),
            3,
            (_MANAGERS,),
        ),
    ),
    house.FOYER: (
        Number(0.5, ("Exhibition: Theatre Posters", "Exhibition: Stage Models"), (10,), (8,), 20),
        Number(
            0.3,
            ("Box Office Open Day", "Sponsors' Reception", "Book Signing"),
            (11, 16),
            (2, 3),
            15,
            (_HOSTS,),
        ),
        Number(0.25, ("Pre-show Talk", "Coffee Concert"), (17, 18), (1,), 15),
    ),
}

EDUCATION = (
    Number(
        0.3, ("School Workshop: Shadow Play", "Teachers' Preview", "Drama Club"), (9, 10), (2,), 10, (_HOSTS,)
    ),
)
