"""What somebody types under a profile or a guide."""

from wtforms import TextAreaField
from wtforms.validators import Length

from directory.comments import rules
from directory.core.i18n import lazy
from directory.forms.traps import TrappedForm


class CommentForm(TrappedForm):
    """A comment, new or changed."""

    body = TextAreaField(
        lazy("Your comment"),
        description=lazy("Everybody can read it. A blank line begins a paragraph; a line that begins with - is a point in a list."),
        validators=[
            Length(min=rules.MIN_BODY_LENGTH, max=rules.MAX_BODY_LENGTH, message=lazy("Write at least 2 and at most 3,000 characters."))
        ],
    )
