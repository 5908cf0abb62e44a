"""What is typed in a dispute: by whoever files it, by the reviewer, by either in an appeal, and by a moderator."""

from collections.abc import Sequence

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length

from directory.core.i18n import lazy
from directory.disputes import rules
from directory.disputes.service import Choice
from directory.evidence.rules import KINDS
from directory.forms.base import DirectoryForm
from directory.forms.choices import declaration, offered, radios
from directory.forms.documents import DocumentField
from directory.forms.reviews import STARS
from directory.forms.traps import TrappedForm
from directory.models.evidence import EvidenceKind
from directory.models.moderation import ReasonClass
from directory.models.replies import DisputeOutcome
from directory.reviews import reasons
from directory.reviews import rules as reviews

#: What a document of theirs can be said to be.
_PAPERS = {kind: KINDS[kind] for kind in (EvidenceKind.CORRESPONDENCE, EvidenceKind.OTHER)}
_LENGTH = Length(min=rules.MIN_TEXT_LENGTH, max=rules.MAX_TEXT_LENGTH, message=lazy("Write at least 20 and at most 3,000 characters."))


def _document() -> DocumentField:
    return DocumentField(
        lazy("A document that shows it"),
        description=lazy(
            "A PDF, JPEG or PNG file of at most 8 MB. Nothing about the health of a patient may be in it: no record, no photograph, no"
            " plan, no bill that names a treatment. Cover what you cannot leave out. It is kept sealed: a moderator opens it, each look is"
            " written down, and it goes within 30 days of the decision. The reviewer never sees it."
        ),
        required=False,
    )


def _reviewers_document() -> DocumentField:
    return DocumentField(
        lazy("A document that shows it"),
        description=lazy(
            "A PDF, JPEG or PNG file of at most 8 MB, such as a message or a receipt. You need none; cover in it what you do not want to"
            " show. It is kept sealed: a moderator opens it, each look is written down, and it goes within 30 days of the decision. The"
            " practice never sees it, nor that there is one."
        ),
        required=False,
    )


def _paper() -> RadioField:
    return radios(lazy("What is the document?"), lazy("Choose what it is."), words=_PAPERS, default=EvidenceKind.CORRESPONDENCE.value)


class DisputeForm(DirectoryForm):
    """A dispute about one review."""

    reason = radios(lazy("What is wrong with it?"), lazy("Choose what is wrong."), words=rules.REASONS)
    text = TextAreaField(
        lazy("What happened, and how can we see that?"),
        description=lazy("The reviewer and our moderators read this. Do not write here who was treated, when or for what."),
        validators=[_LENGTH],
    )
    document = _document()
    paper = _paper()
    good_faith = declaration(
        lazy("As far as I know, what I write here is true and complete"),
        lazy("Please confirm that what you write is true as far as you know."),
    )


class AnswerForm(TrappedForm):
    """A reviewer's answer; the fields of the review count where they choose to change it."""

    choice = radios(
        lazy("What would you like to do?"),
        lazy("Choose one of the three."),
        words={
            Choice.KEEP: lazy("Leave my review as it is"),
            Choice.AMEND: lazy("Change it, as written below"),
            Choice.WITHDRAW: lazy("Withdraw it: it is no longer shown or counted"),
        },
    )
    answer = TextAreaField(
        lazy("What do you say to it?"),
        description=lazy("Only our moderators read this, never the practice. You need not prove anything; what helps us is what happened."),
        validators=[Length(max=rules.MAX_TEXT_LENGTH, message=lazy("Keep it to 3,000 characters."))],
    )
    document = _reviewers_document()
    overall = radios(lazy("All in all, how was it?"), lazy("Choose one of the five ratings."), words=STARS, coerce=int)
    title = StringField(lazy("Title"), validators=[Length(max=reviews.MAX_TITLE_LENGTH, message=lazy("Keep the title to 120 characters."))])
    body = TextAreaField(
        lazy("Your review"),
        validators=[
            Length(
                min=reviews.MIN_BODY_LENGTH, max=reviews.MAX_BODY_LENGTH, message=lazy("Write at least 30 and at most 5,000 characters.")
            )
        ],
    )


class AppealForm(DirectoryForm):
    """Why a decision was wrong."""

    text = TextAreaField(
        lazy("What did we get wrong?"),
        description=lazy("Another moderator reads this. It costs nothing, and there is one appeal."),
        validators=[_LENGTH],
    )


class ReviewerAppealForm(AppealForm):
    """The same of the review's author, who may show a document too."""

    document = _reviewers_document()


class PracticeAppealForm(AppealForm):
    """The same of the side that filed the dispute, which may show a document."""

    document = _document()
    paper = _paper()


class DisputeDecisionForm(DirectoryForm):
    """A decision with its reason, and words for both sides."""

    outcome = radios(lazy("What do you decide?"), lazy("Choose one of the outcomes."), words=rules.OUTCOMES)
    reason_class = radios(lazy("Why?"), lazy("Choose a reason."), words=reasons.LABELS)
    words = TextAreaField(
        lazy("In your words"),
        description=lazy("Both sides get these words by mail. Say nothing in them of what the reviewer told us, nor of any address."),
        validators=[
            Length(
                min=rules.MIN_DECISION_LENGTH,
                max=rules.MAX_DECISION_LENGTH,
                message=lazy("Write at least 10 and at most 2,000 characters."),
            )
        ],
    )

    def offer(self, outcomes: Sequence[DisputeOutcome], *, before: DisputeOutcome | None) -> None:
        """Ask only for what can come of it now: of an appeal, in words that fit what was decided before."""
        self.outcome.choices = offered({outcome: rules.words(outcome, before=before) for outcome in outcomes}, outcomes)
        self.reason_class.choices = offered({reason: reasons.alone(reason) for reason in ReasonClass})
