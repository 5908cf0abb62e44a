"""Which documents are taken, and what is made of them before they are sealed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath

from directory.core.errors import Refused
from directory.core.i18n import _, lazy
from directory.core.text import clean_line
from directory.evidence import papers, pictures
from directory.models.evidence import EvidenceKind

#: Bytes of one document as it is sent.
MAX_SIZE = 8 * 1024 * 1024
#: Documents of one claim, credential or dispute.
MAX_COUNT = 5
#: How long a document is kept after the decision that it was for.
KEPT = timedelta(days=30)
#: What the log calls it when somebody of the staff opens one.
SEEN = "evidence.seen"
#: Characters of a name before its ending.
MAX_STEM = 100

JPEG = "image/jpeg"
PDF = "application/pdf"
#: What a document of each type is called at the end: the bytes decide, not the name that came with them.
ENDINGS: Mapping[str, str] = {JPEG: ".jpg", PDF: ".pdf"}

#: What a document is said to be, in the words of forms and of staff.
KINDS: Mapping[EvidenceKind, str] = {
    EvidenceKind.LICENCE: lazy("A licence or permit"),
    EvidenceKind.PHOTO_ID: lazy("An identity document with a photograph"),
    EvidenceKind.CERTIFICATE: lazy("A certificate"),
    EvidenceKind.CORRESPONDENCE: lazy("A letter, a mail or a bill"),
    EvidenceKind.OTHER: lazy("Something else"),
}

#: How the bytes of each kind begin -> what looks at them and returns what is kept, and the type of that.
_KINDS: tuple[tuple[bytes, Callable[[bytes], bytes], str], ...] = (
    (b"\xff\xd8\xff", pictures.drawn_anew, JPEG),
    (b"\x89PNG\r\n\x1a\n", pictures.drawn_anew, JPEG),
    (b"%PDF-", papers.looked_at, PDF),
)


@dataclass(frozen=True, repr=False)
class Document:
    """A document that was looked at and may be sealed.

    Args:
        file_name: As it was sent, cleaned: nothing but a name.
        media_type: What its bytes are, whatever the name said.
        size: Bytes as it was sent.
        data: What is sealed: a picture is drawn anew, without what cameras write beside it.
    """

    file_name: str
    media_type: str
    size: int
    data: bytes


def clean(data: bytes, *, file_name: str) -> Document:
    """Look at a document and return what may be kept of it. It takes time: never inside a transaction.

    Args:
        data: Its bytes, which alone say what it is.
        file_name: As the browser sent it.

    Raises:
        Refused: when it is empty, too large, not a PDF, JPEG or PNG, or holds what we do not take.
    """
    if not data:
        raise Refused(_("This file is empty. Choose another one."))
    if len(data) > MAX_SIZE:
        raise Refused(_("This file is larger than 8 MB. Send a smaller scan, or a photograph of the page."))
    for beginning, look, media_type in _KINDS:
        if data.startswith(beginning):
            return Document(clean_name(file_name, media_type), media_type, len(data), look(data))
    raise Refused(_("This is no PDF, JPEG or PNG file, whatever its name says. Save it as one of these and choose it again."))


def clean_name(file_name: str, media_type: str) -> str:
    """Return nothing but a name: no folders, nothing that does not show, the ending that its type has."""
    name = clean_line(file_name.replace("\\", "/").rpartition("/")[2].replace("\0", ""))
    shown = "".join(letter for letter in name if letter.isprintable() and letter not in '<>:"|?*')
    stem = PurePosixPath(shown).stem.strip(". ")[:MAX_STEM].strip(". ")
    return (stem or "document") + ENDINGS[media_type]
