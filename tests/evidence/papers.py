"""Documents for tests: small PDFs, pictures, and keys."""

import io
import zlib
from base64 import b64encode
from pathlib import Path

from PIL import Image
from sqlmodel import Session

from directory.core import clock
from directory.evidence import keys, rules, service
from directory.evidence.keys import KeyRing
from directory.models.claims import Claim
from directory.models.evidence import Evidence, EvidenceKind
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
