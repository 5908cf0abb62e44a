"""A picture drawn anew: only what can be seen is kept, none of what cameras and programs write beside it."""

import io
import struct
import threading
import zlib

from PIL import Image, ImageOps

from directory.core.errors import Refused
from directory.core.i18n import _

#: What is drawn at most, known before anything is: a file of some kilobytes can unfold to gigabytes.
MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
#: The longer side of what is kept: print on a whole page stays readable.
KEPT_SIDE = 4_096
MIN_SIDE = 16
_QUALITY = 88
#: One at a time in each process: a drawn picture takes a hundred megabytes.
_ALONE = threading.Lock()


def drawn_anew(data: bytes) -> bytes:
    """Return a picture as a JPEG without metadata, upright, on white where one could see through it.

    Raises:
        Refused: when it is damaged, too large or too small.
    """
    try:
        with _ALONE, Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            _measure(*picture.size)
            return _encoded(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise Refused(_("This picture is damaged and cannot be read. Save it once more, or photograph the page.")) from error


def _measure(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise Refused(_("Nothing can be read on a picture as small as this. Choose another one."))


def _too_many_pixels() -> Refused:
    return Refused(_("This picture has too many pixels: 40 million are the most. Send a smaller scan."))


def _encoded(picture: Image.Image) -> bytes:
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))  # a JPEG is read smaller already
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        upright = Image.new("RGB", seen.size, "white")
        upright.paste(seen, mask=seen.getchannel("A"))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright.convert("RGB"))
    kept = io.BytesIO()
    plain.save(kept, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None)
    return kept.getvalue()
