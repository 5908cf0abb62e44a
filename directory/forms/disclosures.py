"""What a practice answers about who does the work; every question may be left open."""

from collections.abc import Mapping

from wtforms import IntegerField
from wtforms.validators import Optional

from directory.core.i18n import lazy
from directory.disclosures.rules import HANDS, TASKS
from directory.forms.base import DirectoryForm
from directory.forms.choices import radios
from directory.models.disclosures import PerformedBy, TeamDisclosure

NOT_SAID = ""
_OPEN = {NOT_SAID: lazy("Not said")}
_ANSWERS = _OPEN | {by.value: words for by, words in HANDS.items()}
_YES_NO = _OPEN | {"yes": lazy("Yes, everybody"), "no": lazy("No, not everybody")}
_CHOOSE = lazy("Choose one of the answers, or leave it open.")


class Number(IntegerField):  # type: ignore[misc]
    """A whole number; refused in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; nothing typed is no answer."""
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            self.data = None
        elif typed.isascii() and typed.isdigit() and len(typed) <= 4:
            self.data = int(typed)
        else:
            self.data = None
            raise ValueError(lazy("Write a whole number, or leave it open."))


class DisclosureForm(DirectoryForm):
    """Who does which part of the work."""

    evaluation = radios(TASKS["evaluation"], _CHOOSE, words=_ANSWERS)
    design = radios(TASKS["design"], _CHOOSE, words=_ANSWERS)
    extraction = radios(TASKS["extraction"], _CHOOSE, words=_ANSWERS)
    sites = radios(TASKS["sites"], _CHOOSE, words=_ANSWERS)
    implantation = radios(TASKS["implantation"], _CHOOSE, words=_ANSWERS)
    patients_per_day = Number(
        lazy("Patients on one day, at most"),
        description=lazy("Whoever works on many at once cannot be with each of them."),
        validators=[Optional()],
    )
    is_insured = radios(lazy("Is everybody who takes part insured for this work?"), _CHOOSE, words=_YES_NO)

    def ask(self, tasks: Mapping[str, str]) -> None:
        """Ask about these steps alone, in these words."""
        for task in TASKS:
            if task in tasks:
                self[task].label.text = tasks[task]
            else:
                del self[task]

    @staticmethod
    def filled(said: TeamDisclosure | None) -> dict[str, object]:
        """Return what stands in the form before anybody types: what was said last."""
        hands = {task: (getattr(said, task) or NOT_SAID) if said else NOT_SAID for task in TASKS}
        insured = NOT_SAID if said is None or said.is_insured is None else "yes" if said.is_insured else "no"
        return {**hands, "patients_per_day": said.patients_per_day if said else None, "is_insured": insured}

    def hands(self) -> dict[str, PerformedBy | None]:
        """Return who does each step; none: not said."""
        return {task: PerformedBy(self[task].data) if self[task].data else None for task in TASKS if task in self}

    def insured(self) -> bool | None:
        """Return whether everybody is insured; none: not said."""
        return {"yes": True, "no": False}.get(self.is_insured.data)
