"""A QR code as markup for `components/qr.html`."""

import io

import segno
from markupsafe import Markup


def drawn(text: str) -> Markup:
    """Return a QR code of `text` as SVG: no colours of its own, no words, nothing that could be typed by somebody."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, svgclass="qr__picture", lineclass="qr__lines", omitsize=True, nl=False
    )
    return Markup(out.getvalue().decode())  # noqa: S704  (segno writes paths and numbers alone)
