"""A token counts where only whoever has the website or the domain could have put it, and an address where its domain is the listed one."""

import time

import pytest

from directory.claims import checks, domains, pages
from directory.claims.checks import DNS_PREFIX, SENTENCES, Look, email_problem, look, token_for
from directory.models.claims import ProofMethod
from tests.nameserver import alias, error, name_server, silence, txt
from tests.outside import Names, certificate, outside, redirect, reply

TOKEN = token_for(7, ProofMethod.WELL_KNOWN, secret="k" * 40)
OTHER = token_for(8, ProofMethod.WELL_KNOWN, secret="k" * 40)
DNS, FILE, META = ProofMethod.DNS_TXT, ProofMethod.WELL_KNOWN, ProofMethod.META_TAG
SITE = "https://www.hairstudio.com/toronto"
TAG = f'<meta name="hairline-verification" content="{TOKEN}">'


def file(text: str = TOKEN, *headers: str, **how: object) -> bytes:
    return reply(text.encode(), *headers, **{"kind": "text/plain"} | how)


def page(head: str = TAG, body: str = "<h1>Studio</h1>") -> bytes:
    return reply(f"<!doctype html><html><head><title>Studio</title>{head}</head><body>{body}</body></html>".encode())


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    Names(
        monkeypatch,
        **{
            name: [["127.0.0.1"]]
            for name in ("studio_example", "www_studio_example", "other_example", "ada_wixsite_com", "www_instagram_com", "ada_github_io")
        },
        inside_example=[["10.0.0.7"]],
        metadata_example=[["169.254.169.254"]],
    )


def at(server, answer_method, *, host: str = "studio.example", path: str = "/", **limits: object) -> Look:
    """Look at a website that this server answers for."""
    return look(answer_method, server.url(path, host=host), TOKEN, policy=server.policy(**limits))


class TestTokens:
    def test_a_token_is_of_one_claim_one_method_and_one_site(self):
        """Seen to fail with the claim, the method, and the key left out in turn."""
        others = [token_for(8, FILE, secret="k" * 40), token_for(7, META, secret="k" * 40), token_for(7, FILE, secret="x" * 40)]
        assert token_for(7, FILE, secret="k" * 40) == TOKEN
        assert len({TOKEN, *others}) == 4

    def test_every_word_has_a_sentence(self):
        """Seen to fail with a word left out of the table."""
        assert set(checks._REASONS.values()) <= set(SENTENCES)
        assert set(checks._REASONS) == set(checks.Reason)
        assert all(str(text).endswith(".") for text in SENTENCES.values())


class TestEmail:
    @pytest.mark.parametrize("email", ["ada@hairstudio.com", "Ada@HairStudio.COM", "ada@mail.hairstudio.com", '"a@b"@hairstudio.com'])
    def test_an_address_at_the_listed_domain_counts(self, email):
        """Seen to fail with hosts compared in place of what was registered."""
        assert email_problem(email, [SITE]) == ""

    @pytest.mark.parametrize(
        ("email", "problem"),
        [
            ("ada@gmail.com", "free_mail"),
            ("hairstudio@proton.me", "free_mail"),
            ("ada@co.uk", "public_suffix"),
            ("ada@github.io", "public_suffix"),
            ("ada@studio.test", "other_domain"),
            ("ada@hairstudio.com.evil.test", "other_domain"),
            ("ada@hairstudio.com@evil.test", "other_domain"),
            ("hairstudio.com", "other_domain"),
            ("@hairstudio.com", "other_domain"),
            ("ada@hairstudio.com ", ""),
            ("ada@[127.0.0.1]", "other_domain"),
            ("ada@127.0.0.1", "public_suffix"),
        ],
    )
    def test_others_say_why_not(self, email, problem):
        """Seen to fail without the list of free mail, without the list of suffixes, and with the end of the text compared."""
        assert email_problem(email, [SITE]) == problem

    @pytest.mark.parametrize(
        "domain",
        [
            *("hаirstudio.com", "xn--hirstudio-0yh.com", "hairstudi0.com", "hairstudıo.com", "hair-studio.com", "hairstudio.co"),
            *("hairstudios.com", "hairstudo.com", "hairtsudio.com", "hairstvdio.com", "hairstudio.net", "halrstudio.com"),
        ],
    )
    def test_a_domain_that_looks_like_the_listed_one_is_called_so(self, domain):
        """Cyrillic letters, digits, a letter more, less or swapped. Seen to fail with domains compared letter by letter."""
        assert email_problem(f"ada@{domain}", [SITE]) == "looks_alike"

    @pytest.mark.parametrize(
        ("email", "website"), [("ada@hernihair.com", "https://henrihair.com"), ("ada@hairstudioco.uk", "https://hair-studio.co.uk")]
    )
    def test_letters_are_compared_as_they_are_typed_and_as_they_look(self, email, website):
        """Two letters swapped may look like one; marks may move behind the name. Seen to fail with each comparison alone."""
        assert email_problem(email, [website]) == "looks_alike"

    def test_the_list_names_a_site_in_its_own_letters_or_in_those_of_dns(self):
        """Seen to fail with the host taken as it is written."""
        assert email_problem("ada@xn--strhne-dua.de", ["https://www.strähne.de"]) == ""
        assert email_problem("ada@strähne.de", ["https://xn--strhne-dua.de:443/x?y#z"]) == ""
        assert email_problem("ada@strahne.de", ["strähne.de"]) == "looks_alike"

    @pytest.mark.parametrize(
        "website",
        ["https://www.facebook.com/ada", "https://ada.wixsite.com/hair", "https://linktr.ee/ada", "http://127.0.0.1/", "", "https://com/"],
    )
    def test_a_page_on_a_shared_host_proves_nothing(self, website):
        """Seen to fail without the list of shared hosts: whoever works at the host would be the owner of all."""
        assert email_problem("ada@" + website.partition("://")[2].partition("/")[0].removeprefix("www."), [website]) != ""
        assert email_problem("ada@studio.test", [website]) == "no_website"

    def test_one_of_several_websites_is_enough(self):
        """Seen to fail with the first alone."""
        assert email_problem("ada@hairstudio.com", ["https://www.facebook.com/ada", SITE]) == ""
        assert email_problem("ada@hairstudio.com", ["https://hairstudio.com:x@evil.test/"]) == "no_website"

    def test_no_list_is_fetched(self, monkeypatch):
        """The suffixes ship with the library. Seen to fail with the library's own settings, which ask publicsuffix.org."""
        asked = Names(monkeypatch).asked
        domains._suffixes.cache_clear()
        assert domains.read("www.studio.co.uk").registrable == "studio.co.uk"
        assert asked == []

    def test_the_lists_are_read_as_they_are_meant(self):
        """Seen to fail with a line misspelled."""
        assert len(domains._free()) > 14_000
        assert domains.sharing("m.facebook.com") is domains.Sharing.PATH
        assert domains.is_own_name("ada.wixsite.com")
        assert not domains.is_own_name("www.wixsite.com")
        assert domains.sharing("hairstudio.com") is None
        assert domains.sharing("notfacebook.com") is None


class TestDns:
    def ask(self, records, *, website: str = "https://www.studio.example/", name: str = "studio.example") -> Look:
        with name_server({name: records}) as server:
            found = look(DNS, website, TOKEN, resolver=server.resolver)
            assert {kind for _name, kind in server.asked} <= {"TXT"}
        return found

    @pytest.mark.parametrize("record", [DNS_PREFIX + TOKEN, f' "{DNS_PREFIX}{TOKEN}" ', "Hairline-Verification=" + TOKEN])
    def test_a_record_at_the_domain_counts(self, record):
        """Beside others, and as people paste it. Seen to fail with the prefix compared by case."""
        assert self.ask(["v=spf1 -all", record]) == Look(found=True, problem="", subject="studio.example")

    def test_a_record_below_the_domain_does_not_count(self):
        """Names below are lent to guests. Seen to fail with the host of the website asked."""
        found = self.ask([DNS_PREFIX + TOKEN], website="https://guest.studio.example/", name="guest.studio.example")
        assert found == Look(found=False, problem="no_such_domain", subject="studio.example")

    @pytest.mark.parametrize(
        ("records", "problem"),
        [
            ([], "not_found"),
            ([TOKEN], "not_found"),
            (["hairline-verification:" + TOKEN], "not_found"),
            ([DNS_PREFIX + OTHER], "wrong_token"),
            ([DNS_PREFIX + TOKEN + "0"], "wrong_token"),
            ([DNS_PREFIX], "not_found"),
        ],
    )
    def test_other_records_say_why_not(self, records, problem):
        """Seen to fail with the beginning of the token compared."""
        assert self.ask(records).problem == problem

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (error("NXDOMAIN"), "no_such_domain"),
            (error("SERVFAIL"), "unreachable"),
            (error("REFUSED"), "unreachable"),
            (lambda question, over_tcp: b"nonsense", "unreachable"),
            (lambda question, over_tcp: question.reply().pack()[:14], "unreachable"),
            (silence, "unreachable"),
        ],
        ids=["expired", "servfail", "refused", "nonsense", "cut", "silence"],
    )
    def test_a_server_that_does_not_answer_ends_in_a_word(self, answer, problem):
        """Seen to fail with dnspython's own errors let through."""
        started = time.monotonic()
        assert self.ask(answer).problem == problem
        assert time.monotonic() - started < 4

    def test_an_alias_cannot_speak_for_the_domain(self):
        """Whoever an old alias leads to could. Seen to fail with it followed."""
        assert self.ask(alias("other.example", then=[DNS_PREFIX + TOKEN])).problem == "redirected_away"

    def test_aliases_in_a_circle_end(self):
        """Seen to fail with the library's error let through."""
        assert self.ask(alias("b.example", "studio.example", "b.example")).problem in {"unreachable", "redirected_away"}

    def test_a_record_of_60_kilobytes_is_not_read(self):
        """Seen to fail without the limit of bytes."""
        assert self.ask(txt(b"x" * 60_000, DNS_PREFIX + TOKEN)).problem == "too_large"

    def test_many_records_are_not_read(self):
        """Seen to fail without the limit of records."""
        assert self.ask(txt(*[f"{number}" for number in range(150)], DNS_PREFIX + TOKEN)).problem == "too_large"
        assert self.ask(txt(*[f"{number}" * 20 for number in range(40)], DNS_PREFIX + TOKEN)).found, "over TCP, as large answers are"

    @pytest.mark.parametrize("website", ["https://www.facebook.com/ada", "https://ada.wixsite.com/hair"])
    def test_the_dns_of_a_shared_host_is_nobodys(self, website):
        """Seen to fail with shared hosts asked."""
        with name_server({"facebook.com": [DNS_PREFIX + TOKEN], "wixsite.com": [DNS_PREFIX + TOKEN]}) as server:
            assert look(DNS, website, TOKEN, resolver=server.resolver).problem == "shared_host"
            assert server.asked == []

    @pytest.mark.parametrize("website", ["https://127.0.0.1/", "", "ftp://studio.example", "https://co.uk/"])
    def test_what_is_no_domain_is_not_asked(self, website):
        """Seen to fail without the question."""
        assert look(DNS, website, TOKEN).problem == "bad_website"


class TestFile:
    def test_the_first_line_counts(self):
        """Seen to fail with the whole file compared."""
        for text in (TOKEN, TOKEN + "\r\nfor Hairline\n", "\ufeff" + TOKEN + " \n"):
            with outside(file(text)) as server:
                assert at(server, FILE, path="/toronto/") == Look(found=True, problem="", subject="studio.example")
            assert server.requests[-1].startswith(b"GET /.well-known/hairline.txt HTTP")

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (file(OTHER), "wrong_token"),
            (file("x\n" + TOKEN), "wrong_token"),
            (file(""), "not_found"),
            (file(TOKEN, status="404 Not Found"), "not_found"),
            (reply(b"<h1>Nothing here</h1>" * 100, status="404 Not Found"), "not_found"),
            (file(TOKEN, kind="text/html"), "wrong_type"),
            (file(TOKEN, kind="application/octet-stream"), "wrong_type"),
            (file(TOKEN + "\n" + "x" * 1024), "too_large"),
            (file(TOKEN + "\n" + "x" * 600_000), "too_large"),
            (b"nonsense\r\n\r\n", "unreachable"),
            (redirect("/.well-known/hairline.txt"), "redirected_away"),
        ],
        ids=["another", "second line", "empty", "404", "404 page", "html", "binary", "over 1 KB", "over 512 KB", "nonsense", "loop"],
    )
    def test_other_answers_say_why_not(self, answer, problem):
        """Seen to fail with the status, the type, and the size not looked at in turn."""
        with outside(answer) as server:
            assert at(server, FILE) == Look(found=False, problem=problem, subject="studio.example")

    def test_a_body_that_never_ends_is_left(self):
        """Seen to fail without the limit of bytes: until the limit of time."""

        def drip(connection, request):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + TOKEN.encode() + b"\n")
            while not server.over.is_set():
                connection.sendall(b"x" * 65536)

        with outside(drip) as server:
            assert at(server, FILE).problem == "too_large"

    @pytest.mark.parametrize(
        "place",
        ["http://169.254.169.254/latest", "http://127.0.0.1/", "http://inside.example/", "http://other.example/", "//other.example/x"],
    )
    def test_a_redirect_away_is_not_followed(self, place):
        """Into a private network or to another host. Seen to fail without the list of hosts: the other one is asked, and speaks."""
        with outside(file()) as other, outside(redirect(place.replace("other.example", f"other.example:{other.port}"))) as server:
            found = at(server, FILE, ports=frozenset({80, server.port, other.port}))
        assert found.problem == "redirected_away"
        assert other.requests == []

    def test_a_redirect_to_the_twin_with_www_is_followed(self):
        """Seen to fail with the one host alone."""
        with outside(file()) as twin, outside(redirect(twin.url("/x", host="www.studio.example"))) as server:
            assert at(server, FILE, ports=frozenset({server.port, twin.port})).found

    @pytest.mark.parametrize("host", ["inside.example", "metadata.example", "localhost", "10.0.0.7"])
    def test_a_private_address_is_not_asked(self, host):
        """Seen to fail with the client's own refusal taken out."""
        assert look(FILE, f"http://{host}/", TOKEN).problem == "refused_address"

    def test_a_domain_that_is_gone_is_unreachable(self):
        """Seen to fail with the error let through."""
        assert look(FILE, "https://expired.example/", TOKEN).problem == "unreachable"

    def test_https_is_asked_first_and_http_only_where_it_is_listed(self, tmp_path):
        """Seen to fail with http asked for a website that is listed with https: anybody on the way could answer."""
        with outside(file()) as plain:
            listed = plain.url(host="studio.example")
            assert look(FILE, listed, TOKEN, policy=plain.policy()).found
            assert not look(FILE, listed.replace("http:", "https:"), TOKEN, policy=plain.policy()).found
        context, trust = certificate(tmp_path, "studio.example")
        with outside(file(), tls=context) as safe:
            listed = safe.url(host="studio.example")
            assert look(FILE, listed, TOKEN, policy=safe.policy(trust=trust)).found
            assert look(FILE, listed.replace("https:", "http:"), TOKEN, policy=safe.policy(trust=trust)).found
            assert look(FILE, listed, TOKEN, policy=safe.policy()).problem == "insecure"

    def test_the_root_of_a_shared_host_counts_only_below_a_name_of_ones_own(self):
        """Seen to fail with every shared host asked."""
        with outside(file()) as server:
            assert at(server, FILE, host="www.instagram.com", path="/ada").problem == "shared_host"
            assert server.requests == []
            assert at(server, FILE, host="ada.wixsite.com", path="/hair").found
            assert at(server, FILE, host="ada.github.io").found


class TestHead:
    def test_a_tag_in_the_head_of_the_listed_page_counts(self):
        """Seen to fail with the front page asked."""
        with outside(page()) as server:
            assert at(server, META, path="/toronto/?x=1") == Look(found=True, problem="", subject="studio.example")
        assert server.requests[-1].startswith(b"GET /toronto/?x=1 HTTP")

    @pytest.mark.parametrize(
        "html",
        [
            f"<head><link rel=x href=y><META Content='{TOKEN}' NAME=Hairline-Verification /></head>",
            f"<title>Studio</title><style>p {{ }}</style><script>var x = '<p>';</script><!-- hello -->{TAG}<p>Hello",
            f"\ufeff \n<!DOCTYPE html>\n<html lang=en>\n<head>\n{TAG}\n",
            f"{TAG.replace(TOKEN, OTHER)}{TAG}",
        ],
    )
    def test_a_head_is_read_as_a_browser_reads_it(self, html):
        """Seen to fail with `<head>` asked for, which may be left out."""
        assert TOKEN in pages.tokens(html)

    @pytest.mark.parametrize(
        "html",
        [
            f"<head></head><body>{TAG}</body>",
            f"<head><title>x</title></head>{TAG}",
            f"<head><body>{TAG}",
            f"<p>Reviews</p>{TAG}",
            f"Welcome{TAG}",
            f"<head><!-- {TAG} --></head>",
            f"<head><!-- > {TAG}</head>",
            f"<head><title>{TAG}</title></head>",
            f"<head><title/>{TAG}</head>",
            f"<head><script>document.write('{TAG}')</script></head>",
            f"<head><script>'</scrip' + '{TAG}'</head>",
            f"<head><style>{TAG}</style></head>",
            f"<head><noscript>{TAG}</noscript></head>",
            f"<head><template>{TAG}</template></head>",
            f"<head><template><title></template>{TAG}</title></template></head>",
            f"<head><textarea>{TAG}</textarea></head>",
            f"<head><xmp>{TAG}</xmp></head>",
            f"<head><noframes>{TAG}</noframes></head>",
            f"<head><svg><title>{TAG}</title></svg></head>",
            f"<head><iframe></iframe>{TAG}</head>",
            f"<head><link title='{TAG}'></head>",
            f"<head><meta name=description content='{TAG}'></head>",
            f"<head><meta name=description name=hairline-verification content={TOKEN}></head>",
            f"<head><meta property=hairline-verification content={TOKEN}></head>",
            f"<head><x-meta name=hairline-verification content={TOKEN}></head>",
            f"<head><![CDATA[{TAG}]]></head>",
            f"<head>&lt;meta name=hairline-verification content={TOKEN}&gt;</head>",
        ],
    )
    def test_what_visitors_may_have_written_does_not_count(self, html):
        """In the body, a comment, a title, a script, a field, an attribute. Seen to fail with each of the parser's questions taken out."""
        assert TOKEN not in pages.tokens(html)
        with outside(reply(html.encode())) as server:
            assert at(server, META).problem == "not_found"

    def test_of_an_attribute_given_twice_the_first_counts(self):
        """As in browsers. Seen to fail with the last one taken."""
        assert pages.tokens(f"<meta name=hairline-verification content={TOKEN} content={OTHER}>") == [TOKEN]

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (page(TAG.replace(TOKEN, OTHER)), "wrong_token"),
            (page(""), "not_found"),
            (reply(TAG.encode(), status="404 Not Found"), "not_found"),
            (reply(TAG.encode(), kind="text/plain"), "wrong_type"),
            (reply(TAG.encode() + b" " * 530_000), "too_large"),
            (redirect("http://other.example/"), "redirected_away"),
        ],
        ids=["another", "none", "404", "plain", "over 512 KB", "away"],
    )
    def test_other_answers_say_why_not(self, answer, problem):
        """Seen to fail with the status and the size not looked at."""
        with outside(answer) as server:
            assert at(server, META, ports=frozenset({80, server.port})).problem == problem

    def test_a_page_may_lead_on_within_its_own_host(self):
        """Seen to fail with every redirect refused."""
        with outside(lambda connection, request: connection.sendall(page() if b"GET /en/" in request else redirect("/en/"))) as server:
            assert at(server, META).found

    def test_on_a_shared_host_only_the_very_page_counts(self):
        """Its host may lead to a page of somebody else. Seen to fail with any page of the host taken."""

        def answer(connection, request):
            connection.sendall(redirect("/eve/") if b"GET /ada " in request else page())

        with outside(answer) as server:
            assert at(server, META, host="www.instagram.com", path="/ada").problem == "redirected_away"
            assert at(server, META, host="www.instagram.com", path="/eve/").found
            assert at(server, META, host="www.instagram.com").problem == "shared_host"

    def test_a_page_made_to_keep_us_busy_is_read_in_time(self):
        """Seen to fail with the parser closed at the end, as its makers say: more than a minute for one page."""
        started = time.monotonic()
        for unit in ("<!--", "<!", "</title x='", "<a a='", "<![CDATA["):
            for before in ("", "<title>", "<template>"):
                pages.tokens((before + unit * 200_000)[: checks.MAX_PAGE])
        assert time.monotonic() - started < 10


def test_a_method_without_a_token_is_a_mistake_of_the_caller():
    """Seen to fail with the question left out."""
    with pytest.raises(ValueError, match="no token"):
        look(ProofMethod.PHONE_CODE, SITE, TOKEN)
