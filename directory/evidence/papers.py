"""A PDF looked at without being drawn: its frame, and nothing in it that acts when it is opened.

A look at names and streams, not a reader of PDF: what it cannot see into it refuses where objects may lie in it. Whoever opens the
document sees it as an attachment that no page of ours shows.
"""

import re
import zlib

from directory.core.errors import Refused
from directory.core.i18n import _

_HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\r\n ]")
#: The end of the file, where a table of contents is pointed to; nothing may follow.
_END = re.compile(rb"startxref\s+\d{1,10}\s+%%EOF\s*\Z")
_END_SIZE = 1024
#: Names of what acts, calls out or carries other files. Long enough not to turn up in packed bytes by chance.
_ACTING = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE|GoToR|ImportData|SubmitForm|Rendition|Collection)(?![A-Za-z0-9_.+-])"
)
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9_.+-])")
_HIDDEN_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_PACKED_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9_.+-])")
_PLAINLY_PACKED = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
#: How far before its bytes the dictionary of a stream is looked for.
_DICTIONARY = 4096
#: What is unpacked in all, and read for it, at most: a file of some kilobytes can unfold to gigabytes.
MAX_UNPACKED = 128 * 1024 * 1024
MAX_READ = 32 * 1024 * 1024
MAX_STREAMS = 20_000
_PIECE = 256 * 1024
#: Longer than any name that is looked for, its letters written as numbers.
_OVERLAP = 64


def looked_at(data: bytes) -> bytes:
    """Return the PDF as it is, when nothing is wrong with it.

    Raises:
        Refused: when it is damaged, locked, acts when it is opened, or cannot be looked into.
    """
    if not _HEADER.match(data) or not _END.search(data[-_END_SIZE:]) or b"/Root" not in data:
        raise Refused(_("This PDF is damaged, or something else hangs on its end. Save it once more, or photograph the page."))
    if _ENCRYPTED.search(_spelled_out(data)):
        raise Refused(_("This PDF is locked with a password. Save it without one and choose it again."))
    if _acts(data):
        raise _acting()
    _look_into_streams(data)
    return data


def _look_into_streams(data: bytes) -> None:
    unpacked, read = 0, 0
    for number, found in enumerate(_STREAM.finditer(data), 1):
        before = _spelled_out(data[max(0, found.start() - _DICTIONARY) : found.start()].rpartition(b"endobj")[2])
        if _PACKED_OBJECTS.search(before) and b"/Filter" in before and (not _PLAINLY_PACKED.search(before) or b"/DecodeParms" in before):
            raise _unclear()
        more_unpacked, more_read = _look_into(data, found.end())
        unpacked, read = unpacked + more_unpacked, read + more_read
        if number > MAX_STREAMS or unpacked > MAX_UNPACKED or read > MAX_READ:
            raise _unclear()


def _look_into(data: bytes, start: int) -> tuple[int, int]:
    """Look for what acts in the packed bytes from `start` on; return how many came out and how many were read. Other bytes are none."""
    if len(data) < start + 2 or data[start] & 15 != zlib.DEFLATED or int.from_bytes(data[start : start + 2], "big") % 31:
        return 0, 0
    unpacker, tail, unpacked, read = zlib.decompressobj(), b"", 0, 0
    piece = memoryview(data)[start : start + _PIECE]
    while piece and not unpacker.eof and unpacked <= MAX_UNPACKED and read <= MAX_READ:
        try:
            out = unpacker.decompress(piece, _PIECE)
        except zlib.error:
            return unpacked, read + len(piece)
        if _acts(tail + out):
            raise _acting()
        tail, unpacked = (tail + out)[-_OVERLAP:], unpacked + len(out)
        read += len(piece) - len(unpacker.unconsumed_tail)
        piece = memoryview(data)[start + read : start + read + _PIECE]
    return unpacked, read


def _acts(text: bytes) -> bool:
    return bool(_ACTING.search(text) or _ACTING.search(_spelled_out(text)))


def _spelled_out(text: bytes) -> bytes:
    """Return a text with the letters of names that are written as numbers: "/J#61vaScript"."""
    return _HIDDEN_LETTER.sub(lambda found: bytes([int(found[1], 16)]), text)


def _acting() -> Refused:
    return Refused(_("This PDF runs programs, sends data or carries other files. Print it to a new PDF, or photograph the page."))


def _unclear() -> Refused:
    return Refused(_("This PDF is packed in a way that we cannot look into. Print it to a new PDF, or photograph the page."))
