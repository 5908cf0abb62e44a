"""What is asked about who does the work, and how long an answer counts.

The questions follow the ISHRS's consumer alert on unlicensed technicians (https://ishrs.org/patients/consumer-advocacy/): who evaluates,
who takes which part in the operation, whether anybody without a licence makes incisions or harvests grafts, and whether everybody is
insured. It names the steps that it wants a physician to do: evaluation, planning, harvesting, the design of the hairline, and the sites.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from directory.core.i18n import lazy
from directory.models.disclosures import PerformedBy
from directory.models.profiles import PractitionerKind
from directory.models.treatments import TreatmentFamily

#: After this time an answer is not confirmed any more.
HOLDS = timedelta(days=365)
#: No more patients on one day are taken for an answer.
MOST_PATIENTS = 50

#: Each step in the order of the work, by its column.
TASKS: Mapping[str, str] = {
    "evaluation": lazy("Looks at the hair loss and advises"),
    "design": lazy("Designs the hairline or the pattern"),
    "extraction": lazy("Takes the grafts out (donor area)"),
    "sites": lazy("Makes the sites: the cuts that the grafts go into"),
    "implantation": lazy("Places the grafts or the pigment"),
}
#: The steps of an operation alone.
_SURGERY = ("extraction", "sites")
_PLACES_GRAFTS = lazy("Places the grafts")
_PLACES_PIGMENT = lazy("Works the pigment into the skin")


class Work(NamedTuple):
    """What kind of work a profile is about.

    Args:
        is_surgery: Whether they operate, or a surgeon works there.
        is_pigment: Whether they pigment; also where nobody says that they operate.
    """

    is_surgery: bool
    is_pigment: bool


def work(families: Collection[TreatmentFamily], kinds: Collection[PractitionerKind | None]) -> Work:
    """Return what kind of work a profile is about.

    Args:
        families: What it offers.
        kinds: The profession of the person, or of those who work at the practice.
    """
    is_surgery = TreatmentFamily.TRANSPLANT in families or PractitionerKind.SURGEON in kinds
    return Work(is_surgery, not is_surgery or TreatmentFamily.SMP in families or PractitionerKind.SMP_ARTIST in kinds)


def asked(about: Work, said: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the steps that are asked about and shown, in words that fit the work.

    Args:
        about: The work. Nobody who only pigments is asked about grafts.
        said: The columns of an answer: what somebody has said is shown in any case.
    """
    found = {task: label for task, label in TASKS.items() if about.is_surgery or task not in _SURGERY or (said or {}).get(task)}
    if not (about.is_surgery and about.is_pigment):
        found["implantation"] = _PLACES_GRAFTS if about.is_surgery else _PLACES_PIGMENT
    return found


#: Whose hands, as it is shown and asked.
HANDS: Mapping[PerformedBy, str] = {
    PerformedBy.PHYSICIAN: lazy("A physician"),
    PerformedBy.NURSE: lazy("A nurse"),
    PerformedBy.TECHNICIAN: lazy("A technician"),
    PerformedBy.SMP_ARTIST: lazy("An SMP artist"),
    PerformedBy.VARIES: lazy("It depends on the day: ask"),
    PerformedBy.NOT_DONE: lazy("Not done here"),
}


def answers(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is answered, as an assertion holds it; what is left open is not in it.

    Args:
        said: The columns of an answer.
    """
    hands = {task: str(said[task]) for task in TASKS if said[task] is not None}
    return hands | {name: said[name] for name in ("patients_per_day", "is_insured") if said[name] is not None}


def is_old(stated_at: datetime, *, now: datetime) -> bool:
    """Say whether an answer has not been confirmed for a year."""
    return now - stated_at > HOLDS
