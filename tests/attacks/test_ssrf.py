"""Attacks through addresses that strangers give us: into our own network, onto our memory, and onto our time."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable

import pytest

from directory.core.outbound import PUBLIC, OutboundRefused, Policy, Reason, fetch
from tests.outside import Answer, Names, outside, redirect, reply, says

UNCLEAR = [
    *(
        "",
        " ",
        "example.com",
        "//example.com/",
        "/etc/passwd",
        "http:",
        "http://",
        "http:///path",
        "https:example.com",
        "http:/example.com",
    ),
    *("file:///etc/passwd", "file://example.com/x", "gopher://example.com:70/_x", "ftp://example.com/", "dict://example.com:11211/stat"),
    *("data:text/html,x", "javascript:alert(1)", "ldap://example.com/", "jar:http://example.com!/", "view-source:http://example.com/"),
    *(
        "http://example.com:22/",
        "https://example.com:8443/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:8o/",
    ),
    *("http://example.com:-80/", "http://example.com:８０/", "http://example.com:80:80/"),
    *("http://ada@example.com/", "http://ada:pw@example.com/", "http://@example.com/", "http://example.com@127.0.0.1/"),
    *("http://127.0.0.1\\@example.com/", "http://example.com\\@127.0.0.1/", "http:\\\\127.0.0.1/", "http://example.com#@127.0.0.1:22/\\"),
    *(
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\r\nX-Evil: 1",
        "http://example.com\r\n/",
        "http://exam\tple.com/",
    ),
    *(" http://example.com/", "http://example.com/\x00", "http://example.com/\u2028", "http://127.0.0.1\u00a0.example.com/"),
    # Spellings of 127.0.0.1 and 169.254.169.254 that some program or other reads.
    *("http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.1/", "http://0x7f.0x0.0x0.0x1/", "http://127.1/"),
    *("http://127.0.1/", "http://0177.0.0.1/", "http://127.0.0.01/", "http://0/", "http://2852039166/", "http://0xa9fea9fe/"),
    *("http://0251.0376.0251.0376/", "http://169.254.43518/", "http://1.1.1.1.1/", "http://256.256.256.256/", "http://127.0.0.1../"),
    *("http://127%2e0.0.1/", "http://%31%32%37.0.0.1/", "http://[::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/", "http://::1/"),
    *("http://[v1.127.0.0.1]/", "http://[127.0.0.1]/", "http://[::1]example.com/", "http://[::1].example.com/", "http://[]/"),
    *("http://.example.com/", "http://example..com/", "http://-a.example.com/", "http://*.example.com/", "http://a.example,b.example/"),
    *(
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 127 + "example/",
        "http://℀.example.com/",
        "http://a\u200b.example\uff0f.com/",
    ),
    *("http://router/", "http://metadata/", "http://\ud800.example/", "https://example.com/" + "a" * 2000),
]
PRIVATE = [
    *("http://127.0.0.1/", "https://127.0.0.1:80/", "http://127.0.0.1./", "http://0.0.0.0/", "http://10.1.2.3/", "http://192.168.1.1/"),
    *(
        "http://172.31.255.255/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://224.0.0.1/",
    ),
    *("http://255.255.255.255/", "http://１２７.0.0.1/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://169．254．169．254/"),
    *(
        "http://[::1]/",
        "http://[::]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::127.0.0.1]/",
    ),
    *("http://[64:ff9b::169.254.169.254]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/"),
    *("http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://[ff02::1]/", "http://[fec0::1]/"),
    *("http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://metadata.google.internal/", "http://printer.local/"),
    *("http://ｌｏｃａｌｈｏｓｔ/", "http://router.home.arpa/", "http://ⓛocalhost/"),
]


def refused(url: str, policy: Policy = PUBLIC) -> Reason:
    with pytest.raises(OutboundRefused) as caught:
        fetch(url, policy=policy)
    return caught.value.reason


@pytest.fixture
def no_wire(monkeypatch):
    """Nobody resolves a name or opens a connection."""

    def never(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"asked for {args}")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)


@pytest.mark.usefixtures("no_wire")
class TestSpellings:
    @pytest.mark.parametrize("url", UNCLEAR)
    def test_an_address_that_can_be_read_in_two_ways_is_not_read(self, url):
        """Seen to fail with `inet_aton` for numbers, with any scheme, any port, and with what `urlsplit` calls the host."""
        assert refused(url) is Reason.BAD_URL

    @pytest.mark.parametrize("url", PRIVATE)
    def test_an_address_inside_is_refused_however_it_is_spelt(self, url):
        """Seen to fail without `is_public`, without the local names, and with the host looked at before IDNA."""
        assert refused(url) is Reason.PRIVATE_ADDRESS


class TestNames:
    @pytest.mark.parametrize(
        "addresses",
        [
            *(["10.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"], ["93.184.216.34", "169.254.169.254"]),
            *(["2606:4700::1", "::1"], ["93.184.216.34", "::ffff:10.0.0.1"], ["93.184.216.34", "64:ff9b::a00:1"], ["fe80::1%eth0"]),
        ],
    )
    def test_one_private_address_spoils_a_name(self, monkeypatch, addresses):
        """Seen to fail with `any` in place of `all`, and with the first address alone."""
        names = Names(monkeypatch, two_example=[addresses])
        assert refused("http://two.example/") is Reason.PRIVATE_ADDRESS
        assert names.asked == ["two.example"]

    def test_a_private_address_beside_one_that_answers(self, monkeypatch):
        """The same with a server behind the first address. Seen to fail with the first address alone: the page came."""
        Names(monkeypatch, two_example=[["127.0.0.1", "10.0.0.1"]])
        with outside(reply()) as server:
            assert refused(server.url(host="two.example"), server.policy()) is Reason.PRIVATE_ADDRESS
        assert server.requests == []

    def test_a_name_that_changes_its_mind_is_asked_once(self, monkeypatch):
        """Rebinding. Seen to fail with the name given to the library: it asks again, and gets the second answer."""
        names = Names(monkeypatch, turns_example=[["127.0.0.1"], ["169.254.169.254"]])
        with outside(reply()) as server:
            assert fetch(server.url(host="turns.example"), policy=server.policy()).status == 200
        assert names.asked == ["turns.example"]

    def test_each_hop_is_asked_anew(self, monkeypatch):
        """A name that was good for the first hop is not good for the second. Seen to fail with addresses kept from hop to hop."""
        names = Names(monkeypatch, turns_example=[["127.0.0.1"], ["169.254.169.254"]])
        with outside(redirect("/again")) as server:
            assert refused(server.url(host="turns.example"), server.policy()) is Reason.PRIVATE_ADDRESS
        assert len(names.asked) == 2
        assert len(server.requests) == 1

    def test_a_resolver_that_sleeps_does_not_hold_us(self, monkeypatch):
        """Seen to fail with getaddrinfo called in place."""
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1.5) or [])
        began = time.monotonic()
        assert refused("http://slow.example/", Policy(seconds=0.2)) is Reason.TOO_SLOW
        assert time.monotonic() - began < 1


class TestRedirects:
    @pytest.mark.parametrize(
        ("to", "reason"),
        [
            ("http://169.254.169.254/latest/meta-data/", Reason.PRIVATE_ADDRESS),
            ("//169.254.169.254/", Reason.PRIVATE_ADDRESS),
            ("http://[::ffff:169.254.169.254]/", Reason.PRIVATE_ADDRESS),
            ("http://inside.example/", Reason.PRIVATE_ADDRESS),
            ("http://localhost/", Reason.PRIVATE_ADDRESS),
            ("http://2852039166/", Reason.BAD_URL),
            ("file:///etc/passwd", Reason.BAD_URL),
            ("gopher://127.0.0.1:6379/_FLUSHALL", Reason.BAD_URL),
            ("http://127.0.0.1:22/", Reason.BAD_URL),
            ("http://ada:pw@127.0.0.1/", Reason.BAD_URL),
            ("/\\evil.example/", Reason.BAD_URL),
            ("http://[::1", Reason.BAD_URL),
            ("http://127.0.\t0.1.example/", Reason.BAD_URL),
            ("/" + "a" * 2001, Reason.BAD_URL),
        ],
    )
    def test_a_redirect_is_held_to_the_same_rules(self, monkeypatch, to, reason):
        """Seen to fail with redirects left to a session of requests, and without the look at control characters."""
        Names(monkeypatch, inside_example=[["10.0.0.1"]])
        with outside(redirect(to)) as server:
            assert refused(server.url(), server.policy(ports=frozenset({server.port, 80}))) is reason
        assert len(server.requests) == 1

    def test_a_circle_ends_after_three(self):
        """Seen to fail with ten hops."""
        with outside(redirect("/round")) as server:
            assert refused(server.url(), server.policy()) is Reason.TOO_MANY_REDIRECTS
        assert len(server.requests) == 4

    def test_the_body_of_a_redirect_is_not_read(self):
        """Seen to fail with a session of requests, allow_redirects=False: it reads and unpacks the body before it answers."""

        def answer(connection: socket.socket, request: bytes) -> None:
            if b"GET /on " in request:
                connection.sendall(reply())
            else:
                connection.sendall(redirect("/on", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b""))
                server.over.wait(3)

        with outside(answer) as server:
            assert fetch(server.url(), policy=server.policy(seconds=1)).status == 200

    def test_nothing_is_carried_from_hop_to_hop(self, monkeypatch, tmp_path):
        """Seen to fail with a session of requests that is kept: the cookie and the password of .netrc go along."""
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        with outside(says(redirect("/two", "Set-Cookie: id=secret; Path=/"), redirect("/three", "Set-Cookie: b=c"), reply())) as server:
            fetch(server.url(), policy=server.policy())
        sent = b"".join(server.requests).lower()
        assert len(server.requests) == 3
        assert not any(header in sent for header in (b"cookie:", b"authorization:", b"referer:", b"secret"))

    def test_a_proxy_of_the_environment_is_not_asked(self, monkeypatch):
        """Seen to fail with a session of requests: the proxy gets the request, and looks up the name itself."""
        with outside(reply(b"proxy")) as proxy, outside(reply(b"site")) as server:
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name, raising=False)
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url())
            assert fetch(server.url(), policy=server.policy()).body == b"site"
        assert proxy.requests == []


def dripping(head: bytes, drop: bytes) -> Answer:
    """Return an answer that never ends, one drop in fifty milliseconds."""

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        ends = time.monotonic() + 2
        while time.monotonic() < ends:
            connection.sendall(drop)
            time.sleep(0.05)

    return answer


def flooding(head: bytes, wave: bytes, waves: int = 400) -> Answer:
    """Return an answer that is far too much."""

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        for _ in range(waves):
            connection.sendall(wave)

    return answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


class TestTime:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(dripping(HEAD + b"\r\n", b"x"), id="body"),
            pytest.param(dripping(HEAD + b"Content-Length: 5000\r\n\r\n", b"x"), id="body of a known length"),
            pytest.param(
                dripping(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")[:10], b"\x00\x00\x00\xff\xff"), id="gzip of nothing"
            ),
            pytest.param(dripping(CHUNKED, b"1\r\nx\r\n"), id="chunks"),
            pytest.param(dripping(CHUNKED, b"0"), id="the length of a chunk"),
            pytest.param(dripping(CHUNKED + b"0\r\n", b"X: y\r\n"), id="trailers"),
            pytest.param(dripping(HEAD + b"X: ", b"x"), id="a header"),
            pytest.param(dripping(b"HTTP/1.1 ", b"2"), id="the status"),
            pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="please go on"),
            pytest.param(dripping(b"", b""), id="silence"),
        ],
    )
    def test_a_slow_drip_ends_with_our_patience(self, answer):
        """Seen to fail with the timeout of the socket alone, which a drop each second never meets."""
        with outside(answer) as server:
            began = time.monotonic()
            assert refused(server.url(), server.policy(seconds=0.4, idle_seconds=0.3)) is Reason.TOO_SLOW
            assert time.monotonic() - began < 1.2

    def test_all_hops_share_one_clock(self):
        """Seen to fail with a new clock for each hop: four hops of a third of the time each come through."""

        def answer(connection: socket.socket, request: bytes) -> None:
            time.sleep(0.25)
            connection.sendall(reply() if b"/aaa " in request else redirect(request.split()[1].decode() + "a"))

        with outside(answer) as server:
            assert refused(server.url(), server.policy(seconds=0.7)) is Reason.TOO_SLOW

    def test_a_door_that_nobody_opens(self):
        """Seen to fail with the time to connect at a minute."""
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            waiting = [socket.socket() for _ in range(3)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            began = time.monotonic()
            policy = Policy(ports=frozenset({port}), allow_loopback=True, seconds=0.4)
            assert refused(f"http://127.0.0.1:{port}/", policy) is Reason.TOO_SLOW
            assert time.monotonic() - began < 1.2
            for one in waiting:
                one.close()

    def test_a_handshake_that_never_ends(self):
        """Seen to fail with the timeout of the handshake at a minute."""
        silent = socket.create_server(("127.0.0.1", 0))
        with silent:
            port = silent.getsockname()[1]
            began = time.monotonic()
            policy = Policy(ports=frozenset({port}), allow_loopback=True, seconds=0.4)
            assert refused(f"https://127.0.0.1:{port}/", policy) is Reason.TOO_SLOW
            assert time.monotonic() - began < 1.2


class TestSize:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(flooding(HEAD + b"\r\n", b"x" * 10_000), id="without a length"),
            pytest.param(flooding(CHUNKED, b"2710\r\n" + b"x" * 10_000 + b"\r\n"), id="chunks"),
            pytest.param(flooding(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 500), id="gzip of nothing"),
            pytest.param(flooding(CHUNKED + b"0\r\n", b"X: y\r\n" * 1000), id="trailers"),
            pytest.param(flooding(HEAD, b"X: " + b"x" * 60_000 + b"\r\n", 90), id="headers"),
            pytest.param(flooding(b"", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 500), id="please go on"),
        ],
    )
    def test_a_flood_is_cut_off(self, answer):
        """Seen to fail with the count of the wire left out: all but the first two, which the count of the body holds as well."""
        with outside(answer) as server:
            assert refused(server.url(), server.policy(max_bytes=100_000, seconds=30, idle_seconds=20)) is Reason.TOO_LARGE

    @pytest.mark.parametrize("kind", ["gzip", "deflate"])
    def test_a_bomb_does_not_fill_the_memory(self, kind):
        """Forty megabytes in forty thousand bytes. Seen to fail with `response.content`, and with the packed bytes counted."""
        bomb = gzip.compress(bytes(40_000_000))
        if kind == "deflate":
            bomb = bomb[10:-8]
        with outside(reply(bomb, f"Content-Encoding: {kind}")) as server:
            policy = server.policy(max_bytes=100_000, seconds=30, idle_seconds=20)
            tracemalloc.start()
            try:
                assert refused(server.url(), policy) is Reason.TOO_LARGE
                assert tracemalloc.get_traced_memory()[1] < 3_000_000
            finally:
                tracemalloc.stop()

    def test_the_last_byte_counts(self):
        """Seen to fail with >= in place of >, and with one byte more."""
        with outside(reply(b"x" * 1000, length=False)) as server:
            assert len(fetch(server.url(), policy=server.policy(max_bytes=1000)).body) == 1000
            assert refused(server.url(), server.policy(max_bytes=999)) is Reason.TOO_LARGE

    @pytest.mark.parametrize("length", ["2000001", "9" * 5000])
    def test_a_length_that_is_too_much_is_believed(self, length):
        """Seen to fail without the early look: nothing follows, so it would be too slow."""

        def answer(connection: socket.socket, request: bytes) -> None:
            connection.sendall(HEAD + f"Content-Length: {length}\r\n\r\n".encode())
            server.over.wait(3)

        with outside(answer) as server:
            assert refused(server.url(), server.policy(seconds=1)) is Reason.TOO_LARGE

    @pytest.mark.parametrize("headers", [HEAD + b"X: y\r\n" * 200 + b"\r\n", HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\n"])
    def test_too_many_headers_and_too_long_ones(self, headers):
        """Held by Python's own parser: seen to fail with its limits lifted (http.client._MAXLINE and _MAXHEADERS)."""
        with outside(headers) as server:
            assert refused(server.url(), server.policy()) is Reason.UNREACHABLE


class TestKinds:
    @pytest.mark.parametrize(
        "answer",
        [
            reply(kind="application/octet-stream"),
            reply(kind="text/html2"),
            reply(kind="image/svg+xml"),
            reply(kind=""),
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            reply(status="302 Found", kind="text/plain"),
        ],
    )
    def test_only_what_was_asked_for_is_taken(self, answer):
        """Seen to fail with `startswith`, and without a kind taken for a page."""
        with outside(answer) as server:
            assert refused(server.url(), server.policy()) is Reason.WRONG_TYPE

    @pytest.mark.parametrize("packed", ["br", "zstd", "gzip, gzip, gzip", "compress", "x"])
    def test_what_is_packed_otherwise_is_not_unpacked(self, packed):
        """Seen to fail without the list: urllib3 unpacks layer after layer, and hands on what it does not know."""
        with outside(reply(gzip.compress(b"x"), f"Content-Encoding: {packed}")) as server:
            assert refused(server.url(), server.policy()) is Reason.BAD_ANSWER

    @pytest.mark.parametrize(
        "answer",
        [
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"-ERR unknown command 'GET'\r\n",
            b"",
            CHUNKED + b"zz\r\nx\r\n",
            CHUNKED + b"-5\r\nx\r\n",
            CHUNKED + b"-1\r\nx\r\n",
            reply(b"not gzip at all", "Content-Encoding: gzip"),
            HEAD + b"Content-Length: 50\r\n\r\nshort",
            HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nshorts",
        ],
    )
    def test_an_answer_that_is_none_is_a_refusal_and_no_crash(self, answer):
        """Seen to fail with the errors of urllib3 let through, and its ValueError for a chunk of a negative length."""
        with outside(answer) as server:
            assert refused(server.url(), server.policy()) in {Reason.UNREACHABLE, Reason.BAD_ANSWER}


def test_the_strict_policy_is_the_one_that_is_used(no_wire: Callable[[], None]) -> None:
    """Seen to fail with another default."""
    assert fetch.__kwdefaults__["policy"] is PUBLIC
    assert refused("http://127.0.0.1:8000/") is Reason.BAD_URL
