"""The only way out to other people's websites and feeds: GET, public addresses, little, soon, and without memory.

`post` is for a service that the operator has named in the settings, with the same care.
"""

import codecs
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
import urllib3

from directory.core.outbound.rules import PUBLIC, OutboundRefused, Policy, Reason, Target, is_downgrade, read_url
from directory.core.outbound.wire import PinnedAdapter, Watch, reason_for, resolve

__all__ = ["FEEDS", "PAGES", "PUBLIC", "Fetched", "OutboundRefused", "Policy", "Reason", "fetch", "post"]

PAGES = ("text/html", "application/xhtml+xml")
FEEDS = ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/feed+json", "application/json")

#: What pages call their charset, with "_" as "-", and how Python reads it. Python is never asked for a name that a page made up: it
#: remembers each, knows slow ones and some that are no charsets. Latin-1 is Windows-1252 in practice, and browsers read it so.
_CHARSETS = (
    {"utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
    | {f"iso{dash}8859-{number}": f"iso8859-{number}" for number in (*range(2, 12), 13, 14, 15, 16) for dash in ("-", "")}
    | {f"{name}125{number}": f"cp125{number}" for number in range(9) for name in ("windows-", "cp")}
    | dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"), "cp1252")
    | dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030")
    | dict.fromkeys(("shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932")
    | dict.fromkeys(("euc-kr", "ks-c-5601-1987", "windows-949"), "cp949")
    | {"big5": "big5", "euc-jp": "euc-jp", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "windows-874": "cp874", "tis-620": "cp874"}
)
_PIECE = 16 * 1024


@dataclass(frozen=True)
class Fetched:
    """An answer, whatever its status says.

    Attributes:
        url: Where it was found in the end, without a fragment.
        status: The HTTP status; 404 is an answer too.
        content_type: Lower case, without parameters.
        body: The bytes, unpacked.
        charset: What to read them with.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    charset: str = "utf-8"

    @property
    def text(self) -> str:
        """Return the body as text; what cannot be read becomes a replacement character."""
        return self.body.decode(self.charset, errors="replace")


def fetch(url: str, *, accept: tuple[str, ...] = PAGES, policy: Policy = PUBLIC, site: str = "") -> Fetched:
    """Return what stands at `url`, which somebody else has written and nobody trusts.

    Nothing is sent along but our name: no cookies, no referrer, no authorization. Settings of proxies and `.netrc`
    are not looked at, for no session of requests is used. Call it outside of a transaction: it may take
    `policy.seconds`.

    Args:
        url: The address; checked by `rules.read_url`, and each redirect of it too.
        accept: The content types that are taken.
        policy: What may be asked and how much is taken; tests name their own.
        site: Our own address, so that whoever reads a log knows who asked.

    Raises:
        OutboundRefused: Nothing was fetched; `reason` says why.
    """
    watch = Watch(policy)
    target = read_url(url, policy)
    agent = "Hairline/1.0" + (f" (+{site})" if site else "")
    for _ in range(policy.max_redirects + 1):
        watch.begin_hop(target.host)
        answer = _ask(target, accept, watch, policy, agent)
        if isinstance(answer, Fetched):
            return answer
        onward = _next_hop(target, answer, policy)
        if is_downgrade(target, onward):
            raise watch.refusal(Reason.INSECURE, "a redirect from https to http")
        target = onward
    raise watch.refusal(Reason.TOO_MANY_REDIRECTS)


def post(url: str, body: bytes, *, headers: Mapping[str, str], policy: Policy = PUBLIC) -> int:
    """Hand `body` to a service of the operator's over https, and return the status of its answer, whose body nobody reads.

    A redirect is not followed: its status is the answer. Call it outside of a transaction: it may take `policy.seconds`.

    Args:
        url: An address from the settings, never one that somebody typed.
        body: What is sent.
        headers: Sent beside our name.
        policy: What may be asked; tests name their own.

    Raises:
        OutboundRefused: Nothing was sent, or no answer came; `reason` says which.
    """
    watch = Watch(policy)
    target = read_url(url, policy)
    if target.scheme != "https":
        raise OutboundRefused(Reason.INSECURE, host=target.host, detail="what is sent must be secret on its way")
    watch.begin_hop(target.host)
    address = resolve(target, watch, policy)
    with contextlib.closing(PinnedAdapter(target, address, watch, policy)) as adapter:
        try:
            request = requests.Request(
                "POST", target.url, data=body, headers={"User-Agent": "Hairline/1.0", **headers, "Connection": "close"}
            ).prepare()
            with adapter.send(request, stream=True, timeout=watch.patience(), verify=policy.trust or True) as response:
                return int(response.status_code)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            refusal = watch.refusal(reason_for(error), type(error).__name__)
    raise refusal


def _ask(target: Target, accept: tuple[str, ...], watch: Watch, policy: Policy, agent: str) -> Fetched | str:
    """Return the answer of one hop, or the address that it leads on to."""
    address = resolve(target, watch, policy)
    headers = {"User-Agent": agent, "Accept": ", ".join(accept), "Accept-Encoding": "gzip, deflate", "Connection": "close"}
    # The adapter alone, never a session: a session reads the environment, keeps cookies, and reads the whole body
    # of a redirect, unpacked and without a limit, even when it is told not to follow it.
    with contextlib.closing(PinnedAdapter(target, address, watch, policy)) as adapter:
        try:
            request = requests.Request("GET", target.url, headers=headers).prepare()
            with adapter.send(request, stream=True, timeout=watch.patience(), verify=policy.trust or True) as response:
                location = response.headers.get("Location")
                if response.status_code in {301, 302, 303, 307, 308} and location:
                    return str(location)
                return _take(target, response, accept, watch, policy)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            # ValueError comes for a chunk of a negative length. The text of these errors holds the whole address with its query, so it is
            # not carried on.
            refusal = watch.refusal(reason_for(error), type(error).__name__)
    raise refusal


def _next_hop(target: Target, location: str, policy: Policy) -> Target:
    """Return where a redirect leads, checked as if it had been typed."""
    # Headers come as Latin-1; servers write UTF-8 and leave spaces as they are. All else that is unclear is refused, before
    # `urljoin` silently drops line breaks.
    clear = location.encode("latin-1", "replace").decode("utf-8", "replace").strip(" ").replace(" ", "%20")
    if any(ord(letter) < 32 for letter in clear):
        raise OutboundRefused(Reason.BAD_URL, host=target.host, detail="a redirect with control characters")
    try:
        onward = urljoin(target.url, clear)
    except ValueError:
        raise OutboundRefused(Reason.BAD_URL, host=target.host, detail="a redirect to no address") from None
    found = read_url(onward, policy)
    if policy.hosts and found.host not in policy.hosts:
        raise OutboundRefused(Reason.ELSEWHERE, host=target.host, detail="a redirect to another host")
    return found


def _take(target: Target, response: requests.Response, accept: tuple[str, ...], watch: Watch, policy: Policy) -> Fetched:
    """Return the answer if it is of a kind and a size that is taken."""
    content_type, _, parameters = response.headers.get("Content-Type", "").partition(";")
    content_type = content_type.strip().lower()
    if content_type not in accept:
        raise watch.refusal(Reason.WRONG_TYPE)
    if response.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise watch.refusal(Reason.BAD_ANSWER, "packed in a way that was not asked for")
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > policy.max_bytes):
        raise watch.refusal(Reason.TOO_LARGE)
    body = bytearray()
    for piece in response.raw.stream(_PIECE, decode_content=True):
        body += piece
        if len(body) > policy.max_bytes:
            raise watch.refusal(Reason.TOO_LARGE)
    return Fetched(target.url, response.status_code, content_type, bytes(body), _charset(parameters, body))


def _charset(parameters: str, body: bytes | bytearray) -> str:
    """Return the charset that the bytes or the header name, if pages are written in it; UTF-8 otherwise."""
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return _CHARSETS.get(value.strip(" \"'").lower().replace("_", "-"), "utf-8")
    return "utf-8"
