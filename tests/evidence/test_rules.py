"""Which documents are taken, and what is left of them."""

import io
import zlib

import pytest
from PIL import Image

from directory.core.errors import Refused
from directory.evidence import papers, pictures, rules
from tests.evidence.papers import IMAGES, packed, pdf, picture

NAMES = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def clean(data: bytes, file_name: str = "a.pdf") -> rules.Document:
    return rules.clean(data, file_name=file_name)


def image(document: rules.Document) -> Image.Image:
    found = Image.open(io.BytesIO(document.data))
    found.load()
    return found


class TestKinds:
    def test_the_bytes_decide_and_not_the_name(self) -> None:
        """Seen to fail with the type taken from the ending."""
        assert clean(picture(), "licence.pdf").media_type == rules.JPEG
        assert clean(pdf(), "me.png").media_type == rules.PDF
        assert clean(pdf(), "me.png").file_name == "me.pdf"

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<!doctype html><script>alert(1)</script>",
            (IMAGES / "svg_named.png").read_bytes(),
            picture("GIF"),
            picture("WEBP"),
            picture("TIFF"),
            b"PK\x03\x04" + bytes(100),
            b"MZ" + bytes(100),
        ],
        ids=["empty", "svg", "html", "svg-named", "gif", "webp", "tiff", "zip", "exe"],
    )
    def test_nothing_else_is_taken(self, data: bytes) -> None:
        """Seen to fail with Pillow's own list of formats, and with no look at how the bytes begin."""
        with pytest.raises(Refused):
            clean(data, "picture.png")

    def test_more_than_8_mb_is_too_much(self) -> None:
        """Seen to fail without the size."""
        with pytest.raises(Refused, match="8 MB"):
            clean(pdf(stream=bytes(rules.MAX_SIZE)))


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\ada\\licence.PDF", "licence.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
            ("\u202efdp.exe", "fdp.pdf"),
            ('"><script>.html', "script.pdf"),
            ("...", "document.pdf"),
            ("", "document.pdf"),
            ("x\0.php", "x.pdf"),
            ("y" * 300 + ".pdf", "y" * 100 + ".pdf"),
            ("Führerschein Łódź.jpeg", "Führerschein Łódź.pdf"),
        ],
    )
    def test_nothing_but_a_name_is_left(self, sent: str, kept: str) -> None:
        """Seen to fail with the last part of the path alone."""
        assert rules.clean_name(sent, rules.PDF) == kept


class TestPictures:
    def test_what_cameras_write_beside_it_is_gone(self) -> None:
        """A place, names, a comment, a smaller picture. Seen to fail with the EXIF block handed on to `save`."""
        data = (IMAGES / "all_metadata_kinds.jpg").read_bytes()
        assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
        document = clean(data, "a.jpg")
        left = image(document)
        assert not left.getexif()
        assert set(left.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert all(word not in document.data for word in (b"Exif", b"http", b"xmp", b"ICC_PROFILE", b"Photoshop"))

    def test_it_stands_upright(self) -> None:
        """Seen to fail without `exif_transpose`."""
        turned = Image.Exif()
        turned[0x0112] = 6
        assert image(clean(picture("JPEG", size=(64, 32), exif=turned), "a.jpg")).size == (32, 64)

    @pytest.mark.parametrize("name", ["polyglot_jpeg_html.jpg", "polyglot_jpeg_zip.jpg"])
    def test_of_two_files_in_one_only_the_picture_is_left(self, name: str) -> None:
        """Seen to fail with the bytes kept as they came."""
        document = clean((IMAGES / name).read_bytes(), name)
        assert all(word not in document.data for word in (b"<script", b"<html", b"PK\x03\x04"))

    @pytest.mark.parametrize("name", ["bomb_40000x40000_1bit.png", "png_decompression_dos.png", "lying_header_65500.jpg"])
    def test_what_unfolds_to_gigabytes_is_refused_before(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail with the pixels counted after they were read."""
        monkeypatch.setattr(Image.Image, "save", lambda *_: pytest.fail("it was drawn"))
        with pytest.raises(Refused):
            clean((IMAGES / name).read_bytes(), name)

    def test_the_cap_is_on_pixels_and_sides(self) -> None:
        """Seen to fail with each of the two left out."""
        for size in ((8_000, 5_001), (20_001, 16)):
            with pytest.raises(Refused, match="pixels"):
                pictures._measure(*size)
        pictures._measure(8_000, 5_000)
        with pytest.raises(Refused, match="small"):
            clean(picture(size=(15, 600)))

    def test_a_large_scan_becomes_smaller_and_stays_readable(self) -> None:
        """Seen to fail without `thumbnail`."""
        assert max(image(clean(picture(size=(6_000, 400)))).size) == pictures.KEPT_SIDE

    def test_one_sees_through_to_white(self) -> None:
        """Seen to fail with the colours of what is not seen."""
        out = io.BytesIO()
        Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(out, "PNG")
        assert min(image(clean(out.getvalue())).getpixel((5, 5))) > 250

    @pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
    def test_a_damaged_one_is_refused(self, cut: float) -> None:
        """Seen to fail with LOAD_TRUNCATED_IMAGES."""
        data = picture("JPEG", size=(600, 400))
        with pytest.raises(Refused, match="damaged"):
            clean(data[: int(len(data) * cut)])


class TestPapers:
    def test_a_plain_one_is_kept_as_it_came(self) -> None:
        """Seen to fail with a name in the list that every PDF has."""
        for data in (
            pdf(),
            pdf(b"/OpenAction [2 0 R /Fit] /JSX (x)"),
            pdf(stream=packed(b"BT (Hello) Tj ET"), head=b"/Filter /FlateDecode"),
        ):
            assert clean(data).data == data

    @pytest.mark.parametrize(
        "inside",
        [
            b"/OpenAction << /S /JavaScript /JS (app.alert) >>",
            b"/OpenAction << /S /J#61vaScript /JS (x) >>",
            b"/OpenAction<</S/Launch/F(cmd.exe)>>",
            b"/Names << /EmbeddedFiles 3 0 R >>",
            b"/AcroForm << /XFA 3 0 R >>",
            b"/A << /S /SubmitForm /F (http://x.example) >>",
            b"/A << /S /GoToR /F (//x.example/share) >>",
            b"/RichMedia 3 0 R",
            b"/Names << /#4aavaScript 3 0 R >>",
        ],
    )
    def test_what_acts_calls_out_or_carries_files_is_refused(self, inside: bytes) -> None:
        """Seen to fail with each name taken out of the list, and with names taken as they are written."""
        with pytest.raises(Refused, match="runs programs"):
            clean(pdf(inside))

    def test_also_where_it_is_packed(self) -> None:
        """Objects may lie in streams. Seen to fail with the text alone looked at."""
        with pytest.raises(Refused, match="runs programs"):
            clean(pdf(stream=packed(b"5 0 " + NAMES), head=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"))
        with pytest.raises(Refused, match="runs programs"):  # across two pieces
            clean(pdf(stream=packed(b"x" * (papers._PIECE - 10) + NAMES), head=b"/Filter /FlateDecode"))

    @pytest.mark.parametrize(
        "head",
        [
            b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]",
            b"/Type /Obj#53tm /Filter /LZWDecode",
            b"/Type /ObjStm /Filter 7 0 R",
            b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
        ],
    )
    def test_objects_that_we_cannot_look_into_are_refused(self, head: bytes) -> None:
        """Seen to fail with other filters passed over."""
        with pytest.raises(Refused, match="cannot look into"):
            clean(pdf(stream=b"31", head=head))

    def test_a_locked_one_is_refused(self) -> None:
        """Seen to fail without the look."""
        with pytest.raises(Refused, match="password"):
            clean(pdf().replace(b"/Root", b"/Encrypt 9 0 R /Root"))

    @pytest.mark.parametrize(
        "data",
        [
            b"<script>alert(1)</script>" + pdf(),
            pdf(end=b"PK\x03\x04 a second file"),
            pdf(end=b"<script>alert(1)</script>"),
            pdf()[:-8],
            b"%PDF-1.7\n" + b"x" * 50,
            b"%PDF-9.9\n" + pdf(),
        ],
        ids=["html before", "zip behind", "html behind", "cut", "no frame", "no version"],
    )
    def test_what_hangs_on_it_or_is_missing(self, data: bytes) -> None:
        """Seen to fail with the header looked for anywhere, and with the end looked for in the last kilobyte."""
        with pytest.raises(Refused):
            clean(data)

    def test_one_that_unfolds_to_gigabytes_is_let_go_early(self) -> None:
        """Seen to fail without the budget: it unpacks two gigabytes."""
        packer = zlib.compressobj(9)
        bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(140)) + packer.flush()
        with pytest.raises(Refused, match="cannot look into"):
            clean(pdf(stream=bomb, head=b"/Filter /FlateDecode"))

    def test_streams_within_streams_are_not_read_over_and_over(self) -> None:
        """Each beginning would be read to the end of them all. Seen to fail without `MAX_READ`."""
        nested = b"\x00\x09\x00\xf6\xffstream\n\x78\x01" * 4_000
        with pytest.raises(Refused, match="cannot look into"):
            clean(pdf(stream=b"\x78\x01" + nested))
