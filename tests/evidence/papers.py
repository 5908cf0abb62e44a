"""Documents for tests: small PDFs, pictures, and keys."""

import io
import zlib
from base64 import b64encode
from pathlib import Path

from PIL import Image
from sqlmodel import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from directory.core import clock
from directory.evidence import keys, rules, service
from directory.evidence.keys import KeyRing
from directory.models.claims import Claim
from directory.models.evidence import Evidence, EvidenceKind
from tests.clients import Visitor, forms_of
from tests.factories import Make

IMAGES = Path(__file__).parent.parent / "data" / "images"
OLD, NEW = (f"{key_id}:{b64encode(bytes([n]) * 32).decode()}" for n, key_id in enumerate(("old", "new")))


def ring(*lines: str) -> KeyRing:
    """The keys of some lines; the first seals."""
    return keys.read("\n".join(lines or (OLD,)))


def pdf(inside: bytes = b"", *, stream: bytes = b"", head: bytes = b"/Length 9", end: bytes = b"") -> bytes:
    """A PDF with something in its catalogue, or with a stream."""
    body = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
        + inside
        + b" >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    )
    if stream:
        body += b"3 0 obj\n<< " + head + b" >>\nstream\n" + stream + b"\nendstream\nendobj\n"
    return body + b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n" + str(len(body)).encode() + b"\n%%EOF\n" + end


def packed(text: bytes) -> bytes:
    """A text as PDF packs it."""
    return zlib.compress(text)


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **how: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **how)
    return out.getvalue()


def claim(session: Session, make: Make, **more: object) -> Claim:
    """Somebody's claim to a profile."""
    now = clock.now()
    values = {"profile_id": make.profile().id, "user_id": make.user().id, "created_at": now, "updated_at": now, "expires_at": now} | more
    row = Claim(**values)
    session.add(row)
    session.flush()
    return row


def shown(session: Session, claim: Claim, data: bytes = b"", *, keys: KeyRing | None = None, file_name: str = "licence.pdf") -> Evidence:
    """A document that a claimant showed."""
    document = rules.clean(data or pdf(), file_name=file_name)
    given = {"document": document, "kind": EvidenceKind.LICENCE, "user_id": claim.user_id, "claim_id": claim.id}
    return service.store(session, keys=keys or ring(), **given)


def hand_in(visitor: Visitor, path: str, data: bytes, name: str = "licence.pdf", **typed: str) -> TestResponse:
    """Fill in the form of a page with a file of any size: the test client itself would leave a large one open."""
    form = next(form for form in forms_of(visitor.get(path)) if "document" in form.names)
    words = {key: values[0] for key, values in form.values.items() if key != "document"} | typed
    boundary, body = encode_multipart(words | {"document": FileStorage(io.BytesIO(data), name)})
    return visitor.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}", follow_redirects=True)


def upload(data: bytes = b"", name: str = "licence.pdf") -> tuple[io.BytesIO, str]:
    """A file as `Visitor.send` takes it for a field."""
    return io.BytesIO(data or pdf()), name
