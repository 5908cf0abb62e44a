"""Pages of other people are fetched as they are, by rules that can be read in one place."""

import gzip
import logging
import ssl
import zlib
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest

from directory.core.outbound import _CHARSETS, FEEDS, PUBLIC, OutboundRefused, Policy, Reason, fetch
from directory.core.outbound.rules import is_public, read_url
from tests.outside import Names, certificate, outside, redirect, reply, says


def refusal(url: str, policy: Policy = PUBLIC, **kwargs: object) -> OutboundRefused:
    with pytest.raises(OutboundRefused) as caught:
        fetch(url, policy=policy, **kwargs)
    return caught.value


class TestFetch:
    def test_a_page_comes_with_its_kind_its_status_and_its_words(self):
        """Seen to fail with the charset of the header left out."""
        page = reply("<p>Zoë Łuk</p>".encode("iso8859-2", "replace"), kind="Text/HTML; Charset=ISO-8859-2")
        with outside(page) as server:
            got = fetch(server.url("/über uns?x=1#top".replace(" ", "-")), policy=server.policy())
        assert (got.status, got.content_type) == (200, "text/html")
        assert "Łuk" in got.text
        assert got.url == server.url("/%C3%BCber-uns?x=1")

    def test_we_say_who_asks_and_send_nothing_else(self):
        """Seen to fail with the library's own User-Agent, and with a Referer."""
        with outside(reply()) as server:
            fetch(server.url(), policy=server.policy(), site="https://hairline.example")
        lines = server.requests[0].decode().split("\r\n")
        assert lines[0] == "GET / HTTP/1.1"
        assert {line.split(":")[0] for line in lines[1:] if line} == {"User-Agent", "Accept", "Accept-Encoding", "Connection", "Host"}
        assert "User-Agent: Hairline/1.0 (+https://hairline.example)" in lines

    def test_a_missing_page_is_an_answer(self):
        """Seen to fail with a refusal for whatever is not 200."""
        with outside(reply(status="404 Not Found")) as server:
            assert fetch(server.url(), policy=server.policy()).status == 404

    @pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
    def test_what_is_packed_comes_unpacked(self, pack):
        """Seen to fail with decode_content off."""
        encoding = "gzip" if pack is gzip.compress else "deflate"
        with outside(reply(pack(b"<p>hello</p>"), f"Content-Encoding: {encoding}")) as server:
            assert fetch(server.url(), policy=server.policy()).text == "<p>hello</p>"

    def test_three_redirects_are_followed_relative_ones_too(self):
        """Seen to fail with one redirect less, and with headers left as Latin-1."""
        answers = says(
            redirect("/ü b"), redirect("?page=2", status="301 Moved Permanently"), redirect("c", status="308 Permanent Redirect"), reply()
        )
        with outside(answers) as server:
            got = fetch(server.url(), policy=server.policy())
        assert got.url == server.url("/c")
        assert [request.split()[1] for request in server.requests] == [b"/", b"/%C3%BC%20b", b"/%C3%BC%20b?page=2", b"/c"]

    def test_feeds_are_taken_where_feeds_are_asked_for(self):
        """Seen to fail with the kinds of pages for everything."""
        with outside(reply(b"<rss/>", kind="application/rss+xml")) as server:
            assert fetch(server.url(), policy=server.policy(), accept=FEEDS).body == b"<rss/>"
            assert refusal(server.url(), server.policy()).reason is Reason.WRONG_TYPE

    def test_ipv4_is_used_where_there_are_both(self, monkeypatch):
        """Seen to fail with the first address: nothing listens on ::1."""
        Names(monkeypatch, both_example=[["::1", "127.0.0.1"]])
        with outside(reply()) as server:
            assert fetch(server.url(host="both.example"), policy=server.policy()).status == 200
        assert f"Host: both.example:{server.port}".encode() in server.requests[0]

    @pytest.mark.parametrize(
        ("kind", "body", "text"),
        [
            ("text/html", "ä".encode(), "ä"),
            ("text/html; charset=latin1", b"\x80", "€"),
            ("text/html; x=y; CHARSET='Shift_JIS'", "東京".encode("cp932"), "東京"),
            ("text/html; charset=zip", "ä".encode(), "ä"),
            ("text/html; charset=unicode_escape", b"\\u0041", "\\u0041"),
            ("text/html; charset=../../x", "ä".encode(), "ä"),
            ("text/html; charset=utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
            ("text/html; charset=latin1", b"\xef\xbb\xbf\xc3\xa4", "ä"),
            ("text/html", "ä".encode("utf-16"), "ä"),
            ("text/html; charset=utf-8", b"\xff", "\ufffd"),
        ],
    )
    def test_text_is_read_as_browsers_read_it(self, kind, body, text):
        """Seen to fail with every charset that Python knows, and without looking at the byte order mark."""
        with outside(reply(body, kind=kind)) as server:
            assert fetch(server.url(), policy=server.policy()).text == text


def test_every_charset_of_the_table_is_one_that_reads_text():
    """Seen to fail with `rot13` in the table."""
    for name in _CHARSETS.values():
        b"ab".decode(name, errors="replace")


class TestRefusals:
    def test_a_refusal_holds_neither_path_nor_query(self, caplog):
        """Seen to fail with the text of the library's error carried on, and with urllib3 left to judge headers (it logs the address)."""
        caplog.set_level(logging.INFO)
        with outside(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nno header at all\r\nX: y\r\n\r\n") as server:
            odd = refusal(server.url("/secret-path?token=secret"), server.policy())
        with outside(b"") as server:
            silent = refusal(server.url("/secret-path?token=secret"), server.policy())
        assert (odd.reason, silent.reason) == (Reason.BAD_ANSWER, Reason.UNREACHABLE)
        assert silent.__cause__ is None
        assert silent.__context__ is None
        assert str(silent) == "Nothing was fetched from 127.0.0.1: unreachable (ConnectionError)"
        assert "secret" not in str(odd) + caplog.text

    def test_a_name_that_is_not_there_and_a_port_where_nobody_listens(self, monkeypatch):
        """Seen to fail with errors of the resolver let through."""
        Names(monkeypatch)
        assert refusal("https://nobody.example/").reason is Reason.UNREACHABLE
        with outside(reply()) as server:
            pass
        assert refusal(server.url(), server.policy()).reason is Reason.UNREACHABLE


class TestUrls:
    @pytest.mark.parametrize(
        ("url", "read"),
        [
            ("HTTP://Example.COM", "http://example.com/"),
            ("https://example.com:443/a?b#c", "https://example.com/a?b"),
            ("http://example.com.:80/", "http://example.com/"),
            ("http://münchen.example/ü", "http://xn--mnchen-3ya.example/%C3%BC"),
            ("https://東京。example/", "https://xn--1lqs71d.example/"),
            ("https://foo_bar.example.com/%7Ea?q=%20&r=[1]", "https://foo_bar.example.com/%7Ea?q=%20&r=[1]"),
            ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"),
            ("http://8.8.8.8/", "http://8.8.8.8/"),
            ("http://[2606:4700::1111]:80/", "http://[2606:4700::1111]/"),
            ("https://example.com?x", "https://example.com/?x"),
            ("https://example.com/@ada", "https://example.com/@ada"),
        ],
    )
    def test_a_plain_address_is_read_in_one_way(self, url, read):
        """Seen to fail without IDNA, and with the usual port kept."""
        assert read_url(url).url == read

    def test_two_thousand_characters_are_enough(self):
        """Seen to fail with another limit."""
        assert read_url("https://a.example/".ljust(2000, "x"))
        assert refusal("https://a.example/".ljust(2001, "x")).reason is Reason.BAD_URL


class TestAddresses:
    @pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "192.0.1.1", "2606:4700::1111", "2a00:1450::1"])
    def test_the_open_internet_is_public(self, address):
        """Seen to fail with 2000::/3 narrowed to 2001::/16."""
        assert is_public(ip_address(address))

    @pytest.mark.parametrize(
        "address",
        [
            *("0.0.0.0", "0.1.2.3", "10.0.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.168.0.1"),
            *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1"),
            *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
            *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"),
            *("100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::"),
            *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1"),
        ],
    )
    def test_all_else_is_not(self, address):
        """Seen to fail with no closed ranges (168.63.129.16 and others), and without 2000::/3 (64:ff9b::808:808, 4000::1)."""
        assert not is_public(ip_address(address))

    def test_only_loopback_is_opened_for_tests(self):
        """Seen to fail with a policy that opens all private addresses."""
        tests = Policy(allow_loopback=True)
        assert is_public(IPv4Address("127.0.0.1"), tests)
        assert not is_public(IPv4Address("10.0.0.1"), tests)
        assert not is_public(ip_address("::ffff:127.0.0.1"), tests)
        assert not PUBLIC.allow_loopback
        assert PUBLIC.ports == {80, 443}


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A server's certificate for right.example, and the file that trusts it."""
    return certificate(tmp_path, "right.example")


class TestTls:
    def test_the_certificate_is_for_the_name_and_not_for_the_address(self, monkeypatch, certified):
        """Seen to fail with the library left to name the pinned address: no SNI, and the certificate is asked for 127.0.0.1."""
        context, trust = certified
        seen: list[str | None] = []
        context.sni_callback = lambda _socket, name, _context: seen.append(name)
        Names(monkeypatch, right_example=[["127.0.0.1"]], wrong_example=[["127.0.0.1"]])
        with outside(reply(), tls=context) as server:
            assert fetch(server.url(host="right.example"), policy=server.policy(trust=trust)).status == 200
            assert refusal(server.url(host="wrong.example"), server.policy(trust=trust)).reason is Reason.INSECURE
            assert refusal(server.url(host="right.example"), server.policy()).reason is Reason.INSECURE
        assert seen[0] == "right.example"
        assert len(server.requests) == 1

    def test_no_redirect_leads_down_to_http(self, monkeypatch, certified):
        """Seen to fail without the question: the second server is asked."""
        context, trust = certified
        Names(monkeypatch, right_example=[["127.0.0.1"]])
        with outside(reply()) as low, outside(redirect(low.url()), tls=context) as high:
            policy = high.policy(trust=trust, ports=frozenset({low.port, high.port}))
            assert refusal(high.url(host="right.example"), policy).reason is Reason.INSECURE
        assert low.requests == []
