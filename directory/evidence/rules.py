"""Which documents are taken, and what is made of them before they are sealed."""

from dataclasses import dataclass
from datetime import timedelta

#: Bytes of one document as it is sent.
MAX_SIZE = 8 * 1024 * 1024
#: Documents of one claim, credential or dispute.
MAX_COUNT = 5
#: How long a document is kept after the decision that it was for.
KEPT = timedelta(days=30)


@dataclass(frozen=True, repr=False)
class Document:
    """A document that was looked at and may be sealed.

    Args:
        file_name: As it was sent, cleaned: nothing but a name.
        media_type: What its bytes are, whatever the name said.
        size: Bytes as it was sent.
        data: What is sealed: of a picture, drawn anew without what cameras write beside it.
    """

    file_name: str
    media_type: str
    size: int
    data: bytes


def clean(data: bytes, *, file_name: str) -> Document:
    """Look at a document and return what may be kept of it. Takes time: never inside a transaction.

    Raises:
        Refused: when it is too large, not a PDF, JPEG or PNG, or holds what we do not take; names no field.
    """
    raise NotImplementedError
