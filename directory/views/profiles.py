"""A profile's own page."""

from typing import Any

from flask import Blueprint, render_template, url_for

from directory.accounts.permissions import Permission
from directory.comments import queries as comments
from directory.models.profiles import HairEvidence
from directory.profiles import queries as profiles
from directory.profiles.shown import ProfileFacts
from directory.reviews import queries as reviews
from directory.web import auth, claims, db, papers, seo, tally, templating, words
from directory.web import profile as shown
from directory.web.auth import requires

bp = Blueprint("profiles", __name__)


@bp.get("/p/<slug>")
@requires(Permission.PUBLIC)
def show(slug: str) -> str:
    """Show everything that is known of a profile, what patients say, and what readers add."""
    session = db.session()
    profile = profiles.by_slug(session, slug)
    facts = profiles.facts(session, profile)
    section = reviews.section(session, profile)
    talk = comments.section(session, comments.on_profile(profile))
    crumbs = shown.crumbs(facts)
    own = auth.own_profiles()
    tally.viewed(profile.id, own=own)
    return render_template(
        "profiles/show.html",
        profile=profile,
        facts=facts,
        crumbs=crumbs,
        head=shown.head(facts),
        kind=shown.kind(facts),
        links=shown.links(facts, reviews=profile.review_count, comments=talk.page.total),
        review_section=section,
        comment_section=talk,
        is_register_only=profile.hair_evidence is HairEvidence.UNKNOWN,
        is_sample_page=profile.is_sample,
        claimed=claims.CLAIMED,
        acts=profile.id in own,
        seo=_seo(facts, section, crumbs),
        **_parts(facts),
    )


def _parts(facts: ProfileFacts) -> dict[str, Any]:
    """Return the parts of the page, each with the records that it comes from."""
    return {
        "pairs": shown.pairs(facts),
        "fact_sources": shown.fact_origins(facts),
        "places": [shown.address(location) for location in facts.locations[1:]],
        "offerings": shown.offerings(facts),
        "offering_sources": shown.offering_origins(facts),
        "offerings_caption": shown.offerings_caption(facts),
        "prices_confirmed": shown.prices_confirmed(facts),
        "credentials": papers.credentials(facts),
        "law": papers.law(facts),
        "law_on": papers.speaks_of(facts),
        "law_unread": papers.unread(facts),
        "operates": papers.operates(facts),
        "credential_sources": shown.sources(facts, [one.source_record_id for one in facts.credentials]),
        "inspections": shown.inspections(facts.inspections),
        "inspection_sources": shown.sources(facts, [visit.source_record_id for visit in facts.inspections]),
        "people": shown.people(facts),
        "gone": [
            (fact, words.gone(fact.source.code, templating.day(fact.record.gone_on))) for fact in facts.records if fact.record.gone_on
        ],
        "caveats": list(dict.fromkeys(words.caveat(fact.source.code) for fact in facts.records)),
    }


def _seo(facts: ProfileFacts, section: reviews.Section, crumbs: list[seo.Crumb]) -> seo.Seo:
    """Made-up people and those who are listed no more say nothing to search engines."""
    here = seo.address(url_for("profiles.show", slug=facts.profile.slug))
    if facts.profile.is_sample or not facts.profile.is_listed:
        return seo.Seo(here, indexed=False)
    return seo.Seo(here, nodes=[seo.business(facts, here, section.page.items), seo.breadcrumbs(crumbs, here)])
