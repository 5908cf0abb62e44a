"""The wire below `fetch`: one lookup, one connection to the address that was checked, every read against one clock."""

import functools
import http.client
import io
import queue
import socket
import threading
import time
from ipaddress import ip_address
from typing import IO, Any

import requests
import urllib3
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.util.response import assert_header_parsing

from directory.core.outbound.rules import Address, OutboundRefused, Policy, Reason, Target, is_public

#: Of status line, headers and the frames of chunks, together, beside the body. Python counts headers (100) and the length of each.
MAX_OVERHEAD = 64 * 1024


class Watch:
    """What is left of one fetch: its time over all hops, and the bytes of the present hop as they come in, still packed."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ends = time.monotonic() + policy.seconds
        self.host = ""
        self._bytes_left = 0

    def begin_hop(self, host: str) -> None:
        """Count bytes anew, for `host`."""
        self.host = host
        self._bytes_left = self._policy.max_bytes + MAX_OVERHEAD

    def patience(self) -> float:
        """Return how many seconds the next silence may take.

        Raises:
            OutboundRefused: There is no time left.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self.refusal(Reason.TOO_SLOW)
        return min(left, self._policy.idle_seconds)

    def received(self, count: int) -> None:
        """Take note of `count` bytes from the wire.

        Raises:
            OutboundRefused: They are more than any answer that would be taken.
        """
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise self.refusal(Reason.TOO_LARGE)

    def refusal(self, reason: Reason, detail: str = "") -> OutboundRefused:
        """Return the refusal that names the host of the present hop."""
        return OutboundRefused(reason, host=self.host, detail=detail)


def resolve(target: Target, watch: Watch, policy: Policy) -> Address:
    """Return the one address to connect to.

    All that the name resolves to must be public: a name with one public and one private address is an attempt to
    have the second one used. IPv4 goes first, for not every host of ours has a way out by IPv6.

    Raises:
        OutboundRefused: An address is private, there is none, or the answer takes too long.
    """
    literal = target.literal
    found = [literal] if literal else _look_up(target, watch)
    if not found:
        raise watch.refusal(Reason.UNREACHABLE, "the name has no address")
    if not all(is_public(address, policy) for address in found):
        raise watch.refusal(Reason.PRIVATE_ADDRESS)
    return min(found, key=lambda address: address.version)


def _look_up(target: Target, watch: Watch) -> list[Address]:
    answers: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put([ip_address(row[4][0]) for row in rows])
        except (OSError, UnicodeError):
            answers.put([])

    # The resolver of the system takes no timeout. A thread that is given up ends with its answer, at the latest when the resolver gives up.
    threading.Thread(target=ask, name="outbound-lookup", daemon=True).start()
    try:
        return answers.get(timeout=watch.patience())
    except queue.Empty:
        raise watch.refusal(Reason.TOO_SLOW, "looking up the name") from None


class _Wire(io.RawIOBase):
    """The bytes of one connection. A socket's own timeout is for one silence: a server that drips would never meet it."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._watch = watch

    def readable(self) -> bool:
        """Return True, as `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read once into `buffer`, for no longer than the fetch may still take."""
        self._sock.settimeout(self._watch.patience())
        try:
            count = self._raw.readinto(buffer) or 0
        except TimeoutError:
            raise self._watch.refusal(Reason.TOO_SLOW) from None
        self._watch.received(count)
        return count

    def close(self) -> None:
        """Close the file over the socket."""
        self._raw.close()
        super().close()


class _Reply(http.client.HTTPResponse):
    """An answer that is read through `_Wire`, its status line and headers too."""

    def __init__(self, sock: socket.socket, *args: Any, watch: Watch, **kwargs: Any) -> None:
        self._watch = watch
        self._real = sock
        super().__init__(self, *args, **kwargs)  # http.client asks its socket for a file and for nothing else

    def makefile(self, mode: str) -> IO[bytes]:
        """Return what http.client reads from."""
        return io.BufferedReader(_Wire(self._real, self._watch))

    def begin(self) -> None:
        """Read status and headers; refuse headers that are none, before urllib3 logs them together with the whole address."""
        super().begin()
        try:
            assert_header_parsing(self.headers)
        except urllib3.exceptions.HeaderParsingError:
            raise self._watch.refusal(Reason.BAD_ANSWER, "headers") from None


class _Timed:
    """What both kinds of connection do: connect, shake hands and read within the time of the fetch."""

    response_class: Any

    def __init__(self, *args: Any, watch: Watch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch = watch
        self.response_class = functools.partial(_Reply, watch=watch)

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # of urllib3's connection, which comes after this class
        sock.settimeout(self._watch.patience())  # for the handshake, all of it
        return sock


class _Plain(_Timed, urllib3.connection.HTTPConnection):
    """Over http."""


class _Secure(_Timed, urllib3.connection.HTTPSConnection):
    """Over https."""


class PinnedAdapter(IPFilterAdapter):  # type: ignore[misc]  # requests_hardened has no types
    """Sends one request to one address that was checked; the name is used for the Host header, SNI and the certificate alone.

    requests_hardened looks only at the first address of a name, so it is given the address itself, which it checks by its own list again.
    """

    def __init__(self, target: Target, address: Address, watch: Watch, policy: Policy) -> None:
        super().__init__(is_https_proto=target.scheme == "https", allow_loopback=policy.allow_loopback)
        self._target = target
        self._pinned = Target(target.scheme, str(address), target.port, "/").url
        self._watch = watch

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return where to connect, and whom to expect there."""
        pinned = request.copy()
        pinned.url = self._pinned
        host, options = super().build_connection_pool_key_attributes(pinned, verify, cert)
        request.headers["Host"] = self._target.authority
        if self._target.scheme == "https":
            options["assert_hostname"] = options["server_hostname"] = self._target.host
        return host, options

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return a pool whose connections know how much time is left."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = functools.partial(_Secure if self._target.scheme == "https" else _Plain, watch=self._watch)
        return pool


def reason_for(error: Exception) -> Reason:
    """Return the reason in our words for what the libraries raise."""
    match error:
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return Reason.INSECURE
        case requests.Timeout() | urllib3.exceptions.TimeoutError():
            return Reason.TOO_SLOW
        case requests.RequestException():
            return Reason.UNREACHABLE
        case urllib3.exceptions.DecodeError() | ValueError():
            return Reason.BAD_ANSWER
        case _:
            return Reason.UNREACHABLE
