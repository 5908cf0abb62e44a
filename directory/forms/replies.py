"""What those who act for a profile answer to a review."""

from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.replies import rules


class ReplyForm(DirectoryForm):
    """A reply, new or changed."""

    body = TextAreaField(
        lazy("Your reply"),
        description=lazy("Everybody can read it, under the name of the profile. A blank line begins a paragraph."),
        validators=[
            Length(min=rules.MIN_BODY_LENGTH, max=rules.MAX_BODY_LENGTH, message=lazy("Write at least 10 and at most 3,000 characters."))
        ],
    )
    #: Asked only where there is something to confirm.
    confirmed = BooleanField(
        lazy("I have read this, and the person agreed in writing, or it says nothing of them"),
        description=lazy("We keep that you confirmed it, and what kind of thing it was."),
    )
    #: Asked only where the reply said something before.
    takes_out = BooleanField(
        lazy("The words before gave somebody away: do not show them any more"),
        description=lazy("All that this reply said before is deleted. Readers still see from when until when other words stood here."),
    )
    #: The marks of what was shown to be confirmed: what came into the draft later is shown too.
    seen = HiddenField(default="")

    def marks(self) -> frozenset[str]:
        """Return the marks of what was shown and confirmed."""
        return frozenset((self.seen.data or "").split()) if self.confirmed.data else frozenset()

    def show(self, marks: list[str], *, before: frozenset[str]) -> None:
        """Ask to confirm what is shown now; a tick of before counts for nothing else.

        Args:
            marks: Of what the draft may give away.
            before: The same of the words that it takes the place of: where all of it stays, taking those out would protect nobody.
        """
        self.seen.data = " ".join(marks)
        self.confirmed.data = False
        if self.is_submitted() and before <= set(marks):
            self.takes_out.data = False
