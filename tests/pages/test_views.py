"""The pages about the site say what they must, and what is so."""

import re
import tomllib
from pathlib import Path

import pytest

from directory.accounts.trust import A_DAY, LEAST_STANDING, NEW_FOR, Trust
from directory.app import create_app
from directory.guides import documents, shelf
from directory.guides.documents import Kind
from directory.models.moderation import ReasonClass, ReportKind
from directory.models.profiles import ProfileStatus
from directory.models.reviews import ReviewStatus
from directory.moderation import rules as report_rules
from directory.privacy import retention
from directory.privacy import rules as privacy_rules
from directory.reviews import reasons, rules
from directory.search.port import Sort
from tests.clients import Visitor, words_of

ROOT = Path(__file__).parent.parent.parent
PAGES = shelf.pages()
#: Pages whose address is not the name of their file.
ELSEWHERE = {"health-data": "privacy/health-data", "privacy-request": "privacy/request"}


def texts() -> str:
    """Every shipped text, guides too."""
    return "\n".join([shelf.page(name).body for name in PAGES] + [guide.body for guide in shelf.guides()])


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_it_answers_with_its_title_and_no_cookie(self, visitor, name):
        address = ELSEWHERE.get(name, name)
        page = visitor.get(f"/{address}")
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert re.findall(r"<h1>(.*?)</h1>", page.text) == [shelf.page(name).meta["title"]]
        assert f'<link rel="canonical" href="http://localhost:8000/{address}">' in page.text
        assert "not medical advice" in words_of(page)  # T-32

    def test_every_link_leads_to_a_route_and_every_anchor_to_a_heading(self, app, visitor):
        """Seen to fail: with "/guidlines" in one text."""
        routes = app.url_map.bind("localhost")
        for path in set(re.findall(r"\]\((/[^)]*)\)", texts())):
            address, _, anchor = path.partition("#")
            assert routes.test(address, "GET"), address
            if anchor:
                assert f'id="{anchor}"' in visitor.get(address).text, path

    def test_every_slot_has_its_template(self):
        for name in PAGES:
            for part in documents.parts(shelf.page(name).body):
                if part.kind is Kind.SLOT:
                    assert (ROOT / "templates" / "pages" / "slots" / f"{part.arguments[0]}.html").is_file()

    def test_a_page_that_is_not_translated_is_shown_in_the_first_language(self):
        assert shelf.page("about", "de") == shelf.page("about")

    def test_the_voice_is_calm(self):
        """T-10: "verified" is for what has a stored check; none is stored yet. Seen to fail: with an exclamation mark in a text."""
        assert "!" not in texts()
        assert not re.search(r"\b(verified|trusted|board[- ]certified|cutting[- ]edge)\b", texts(), re.IGNORECASE)


class TestWays:
    def test_what_a_text_calls_a_button_stands_on_it(self, visitor, session, make):
        """Seen to fail with the words that the button had before, and with the suggestion left to a mail to nobody."""
        assert "this is me" not in texts()
        ada = make.profile("Ada Marsh", status=ProfileStatus.PUBLISHED_UNCLAIMED)
        session.commit()
        profile = words_of(visitor.get(f"/p/{ada.slug}"))
        page = visitor.get("/contact")
        for name in ("Report or correct", "Claim this profile"):
            assert name in words_of(page)
            assert name in profile
        assert 'href="/new-entry"' in page.text


class TestOperator:
    @pytest.mark.parametrize("name", ["contact", "privacy", "terms", "about"])
    def test_a_development_copy_says_that_it_is_one(self, visitor, name):
        assert "This is a development copy; no operator is named." in words_of(visitor.get(f"/{name}"))

    def test_a_named_operator_stands_there_with_address_and_mail(self, schema, database, settings):
        named = {"operator_name": "Ada & Co.", "operator_address": "1 Example Way, Springfield", "operator_email": "post@ada.example"}
        words = words_of(Visitor(create_app(settings.model_copy(update=named), database=schema)).get("/contact"))
        assert "Ada & Co. 1 Example Way, Springfield E-mail: post@ada.example" in words
        assert "development copy" not in words


class TestHowRatingsWork:
    def test_it_says_what_is_checked_and_what_is_not(self, visitor):
        """T-9: seen to fail with the sentence taken out of the text."""
        words = words_of(visitor.get("/how-ratings-work"))
        assert "We do not check that a reviewer was really treated." in words
        assert "Was the author really treated there? Not checked" in words
        assert "Is the e-mail address real? Yes" in words

    def test_the_rating_hides_nothing_and_money_moves_nothing(self, visitor):
        """T-5, T-11."""
        words = words_of(visitor.get("/how-ratings-work"))
        assert "No review is hidden because of its rating." in words
        assert "There are no paid places." in words

    def test_every_order_of_lists_is_explained(self, visitor):
        """T-12. Seen to fail: with the row on names taken out of the text."""
        table = next(
            part for part in documents.parts(shelf.page("how-ratings-work").body) if part.arguments == ("What decides the place in a list",)
        )
        explained = {row[0].split(",")[0].lower() for row in table.rows[1:]}
        assert explained == {sort.value for sort in Sort}
        assert "Newest The newest review; profiles without reviews come last" in words_of(visitor.get("/how-ratings-work"))

    def test_removed_reviews_are_counted_by_class_and_never_by_stars(self, visitor, session, make):
        """T-5. Seen to fail: with the slot taken out of the text."""
        assert "No review is taken down at present." in words_of(visitor.get("/how-ratings-work"))
        for overall, reason in ((1, ReasonClass.ABUSE), (5, ReasonClass.ABUSE), (5, ReasonClass.SPAM)):
            make.review(overall=overall, status=ReviewStatus.REMOVED, removed_for=reason)
        make.review(status=ReviewStatus.REMOVED, removed_for=ReasonClass.ILLEGAL, is_sample=True)
        session.commit()
        words = words_of(visitor.get("/how-ratings-work"))
        assert "insults or threats 2 advertising or spam 1 3 reviews in all." in words

    def test_the_table_holds_what_the_code_computes(self, visitor):
        """Seen to fail: with PRIOR_WEIGHT set to 8 the first number is another."""
        words = words_of(visitor.get("/how-ratings-work"))
        assert "1 review of 5 stars Too few for an average 3.6875" in words
        assert "None No reviews yet 3.5000" in words
        assert f"200 reviews that average 4.8 stars 4.8 {rules.weighted(960, 200) / 1_000_000:.4f}" in words
        assert f"({rules.PRIOR_WEIGHT} × 3.5 + all stars)" in words

    def test_numbers_in_the_running_text_are_those_of_the_rules(self):
        """The text writes them as words; when a rule changes, this says which sentence to change."""
        body = shelf.page("how-ratings-work").body
        assert (rules.MIN_SHOWN, rules.MIN_RANGE) == (3, 10)
        assert (A_DAY[Trust.NEW].reviews, A_DAY[Trust.KNOWN].reviews, LEAST_STANDING, NEW_FOR.days) == (3, 10, 2, 7)
        assert "shown from three reviews on" in body
        assert "From ten reviews on" in body
        assert "at most three new reviews in a day, or ten" in body
        assert "younger than seven days or has fewer than two" in body


class TestTerms:
    #: Words of clauses that gag reviewers or take what they wrote.
    FORBIDDEN = re.compile(
        r"disparag|defam|negative (review|comment)|irrevocab|perpetual|moral rights|all rights (in|to) (your|the)"
        r"|(assign|transfer)[a-z]* (of )?(your |the |all )?(copyright|rights|ownership)|liquidated|non-?disclosure|confidential"
        r"|(may|must) not (write|post|publish|share)|penalty|fine of|(?<!not )exclusive",
        re.IGNORECASE,
    )

    def test_nothing_gags_and_nothing_is_taken(self):
        """T-8. Seen to fail: with "You grant us a perpetual licence" in the terms."""
        for name in ("terms", "guidelines"):
            assert not self.FORBIDDEN.search(shelf.page(name).body), self.FORBIDDEN.search(shelf.page(name).body)

    @pytest.mark.parametrize(
        "clause", ["You grant us a perpetual licence.", "You assign all rights.", "You must not publish negative reviews."]
    )
    def test_such_a_clause_would_be_seen(self, clause):
        assert self.FORBIDDEN.search(clause)

    def test_it_says_so(self, visitor):
        words = words_of(visitor.get("/terms"))
        assert "It stays yours." in words
        assert "Nothing in these terms stops you from writing an honest review" in words


class TestGuidelines:
    def test_every_class_of_reason_is_named(self, visitor):
        words = words_of(visitor.get("/guidelines"))
        for reason in reasons.AGAINST:
            assert str(reasons.LABELS[reason]) in words

    def test_pressure_can_be_reported_without_an_account(self, visitor):
        """T-8."""
        assert "payment, threats and pressure. You need no account." in words_of(visitor.get("/guidelines"))


class TestPrivacy:
    @pytest.mark.parametrize("ground", ["Article 6(1)(b)", "Article 6(1)(f)", "Article 9(2)(a)"])
    def test_grounds_are_named(self, visitor, ground):
        """T-18."""
        assert ground in words_of(visitor.get("/privacy"))

    def test_consumer_health_data_has_a_page_of_its_own(self, visitor):
        """T-21: linked from the home page and in the footer of every page. Seen to fail with the footer's link to a part of /privacy."""
        assert '<h2 id="consumer-health-data">' in visitor.get("/privacy").text
        footer = 'href="/privacy/health-data"'
        assert footer in visitor.get("/about").text
        assert visitor.get("/").text.count(footer) == 2
        words = words_of(visitor.get("/privacy/health-data"))
        for part in (
            "Categories of consumer health data",
            "Where it comes from",
            "Whom we share it with",
            "Your rights, and how to use them",
        ):
            assert part in words

    def test_what_ends_by_itself_is_told_from_the_rules(self, visitor):
        """Seen to fail with the slot taken out of the text."""
        words = words_of(visitor.get("/privacy"))
        for rule in retention.RULES:
            assert f"{rule.what} {rule.time} after {rule.since} {rule.why}" in words

    def test_the_days_of_grace_are_those_of_the_rules(self):
        """Seen to fail with GRACE made longer."""
        assert privacy_rules.GRACE.days == 14
        assert "After 14 days" in shelf.page("privacy").body
        assert "after 14 days" in shelf.page("health-data").body

    def test_who_has_no_account_is_led_to_the_report(self, visitor):
        """The kinds named are those that the report offers. Seen to fail with another name in the text."""
        body = shelf.page("privacy-request").body
        for kind in (ReportKind.WRONG_FACTS, ReportKind.PRIVACY):
            assert str(report_rules.KINDS[kind]) in body
        assert "no account" in words_of(visitor.get("/privacy/request"))

    def test_the_cookies_named_are_the_ones_set(self, app, visitor):
        """Seen to fail: with the form's cookie renamed in the settings of the app."""
        from directory.web.auth import cookie_name  # noqa: PLC0415

        words = words_of(visitor.get("/privacy"))
        for name in (app.config["SESSION_COOKIE_NAME"], cookie_name(app.extensions["hairline_settings"])):
            assert re.search(rf"\b{name}\b is set when", words)


class TestCredits:
    @pytest.mark.parametrize("where", ["page", "NOTICE"])
    @pytest.mark.parametrize(
        "credit",
        [
            *("GeoNames", "countries-states-cities-database", "Open Database License 1.0", "ONS Postcode Directory"),
            *("Crown copyright and database right", "Royal Mail", "Office for National Statistics", "BodySafe", "NPPES"),
            *("Open Government Licence - Toronto", "Centers for Medicare & Medicaid Services", "Atkinson Hyperlegible Next"),
            "SIL Open Font License 1.1",
        ],
    )
    def test_each_source_is_named_on_the_page_and_in_the_notice(self, visitor, where, credit):
        """Seen to fail: with the paragraph on outcodes taken out of the page."""
        text = words_of(visitor.get("/credits")) if where == "page" else " ".join((ROOT / "NOTICE").read_text("utf-8").split())
        assert credit in text

    def test_whatever_was_imported_is_named_with_its_terms(self, visitor, session, make):
        """Seen to fail: with the slot taken out of the text."""
        make.source(
            "sheet:springfield", name="Register of Springfield", licence="Open Springfield 2", attribution="Contains data of Springfield."
        )
        session.commit()
        words = words_of(visitor.get("/credits"))
        assert all(part in words for part in ("Register of Springfield", "Licence: Open Springfield 2", "Contains data of Springfield."))

    def test_every_data_file_is_named_in_the_notice(self):
        """Seen to fail: with the line on uk_outcodes taken out."""
        notice = (ROOT / "NOTICE").read_text("utf-8")
        data = ROOT / "directory" / "data"
        for path in data.rglob("*.xz"):
            name = path.relative_to(ROOT).as_posix()
            assert name in notice or path.parent.relative_to(ROOT).as_posix() + "/\n" in notice, name

    def test_every_package_is_named(self, visitor):
        """Seen to fail: with a package added to the project."""
        needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        names = [re.split(r"[\[>=<;]", line)[0] for line in needed]
        notice = (ROOT / "NOTICE").read_text("utf-8")
        words = words_of(visitor.get("/credits")).lower()
        for name in names:
            assert re.search(rf"^{re.escape(name)}\s", notice, re.MULTILINE), name
            assert name in words or name == "pydantic-settings", name
