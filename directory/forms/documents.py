"""The field for a document: its bytes are looked at with the rest of the form, before any transaction."""

from typing import Any

from flask import request
from wtforms import FileField
from wtforms.validators import StopValidation

from directory.core.errors import Refused
from directory.core.i18n import lazy
from directory.evidence import rules

#: What a browser offers to choose from; the bytes decide.
ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class DocumentField(FileField):  # type: ignore[misc]
    """A document of at most 8 MB. When the form is right, `data` is an `evidence.rules.Document`, or None where none was sent.

    The view is marked `@takes_files`, as the first thing above it.

    Args:
        required: Whether the form is nothing without one.
    """

    data: Any

    def __init__(self, label: str, *, required: bool = True, **more: Any) -> None:
        more.setdefault("description", lazy("A PDF, JPEG or PNG file of at most 8 MB."))
        more.setdefault("render_kw", {"accept": ACCEPT})
        super().__init__(label, **more)
        self.required = required

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Take what was sent as a file, and no word of the form in its place."""
        super().process(None, *args, **kwargs)
        sent = request.files.getlist(self.name) if formdata is not None else []
        self.raw_data = [file for file in sent if file.filename]
        self.data = None

    def pre_validate(self, form: Any) -> None:
        """Look at the bytes."""
        self.data = None
        if not self.raw_data:
            if self.required:
                raise StopValidation(lazy("Choose a file."))
            return
        file = self.raw_data[0]
        try:
            self.data = rules.clean(file.stream.read(rules.MAX_SIZE + 1), file_name=file.filename)
        except Refused as refusal:
            raise StopValidation(str(refusal)) from refusal
