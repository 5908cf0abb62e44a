"""Pages for everybody go out compressed; a person's own page never does."""

import gzip

from flask import Flask, Response, request

#: Below this a packet is a packet. Bytes.
WORTH_IT = 1400
LEVEL = 5
PAGES = frozenset({"text/html", "application/xml", "application/json"})


def init_app(app: Flask) -> None:
    """Install it. It must be installed before whatever decides on Cache-Control: what is installed first runs last."""

    @app.after_request
    def compress(response: Response) -> Response:
        # A compressed page tells by its length whether a guess stands in it (BREACH). A page that may be kept by
        # everybody holds no secret to guess: no token, nothing of a person. Every other page stays as it is.
        public = response.headers.get("Cache-Control", "").startswith("public") and response.mimetype in PAGES
        if not public or response.direct_passthrough or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0 and len(response.get_data()) >= WORTH_IT:
            response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
