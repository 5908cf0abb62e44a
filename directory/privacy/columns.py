"""Every column of every table: whom it says something of, how it leaves in an export, and what an erasure does with it.

`export.py` reads this table, and `tests/privacy/` hold an export and an erasure against it: whoever adds a column says
here what it is, and a personal one then leaves with its person or has a reason not to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column says something of."""

    #: A person with an account, or somebody who wrote to us.
    PERSONAL = "personal"
    #: What stands on a public page, or in the register that the page was made from.
    PUBLIC = "public"
    #: Numbers that join rows, counters, and the machine's own memory.
    TECHNICAL = "technical"


class Ends(StrEnum):
    """What an erasure does with what a column says of the erased person."""

    #: The row is deleted.
    GOES = "goes"
    #: The row is deleted; where the person chose to leave published reviews, it stays without a name.
    GOES_OR_IS_LEFT = "goes_or_is_left"
    #: The row stays, and this is taken out of it.
    EMPTIED = "emptied"
    #: It stays, for the reason that is given.
    STAYS = "stays"


@dataclass(frozen=True)
class Column:
    """What there is to know of one column.

    Args:
        kind: Whom it says something of.
        file: The file of the export that holds it, without its ending; "" where it does not leave.
        withheld: Why a personal column does not leave.
        ends: What an erasure does with it.
        why: Why it stays, or how it is emptied.
    """

    kind: Kind
    file: str = ""
    withheld: str = ""
    ends: Ends = Ends.GOES
    why: str = ""


Columns = Mapping[str, Column]


def _public(names: str) -> dict[str, Column]:
    return dict.fromkeys(names.split(), Column(Kind.PUBLIC))


def _technical(names: str) -> dict[str, Column]:
    return dict.fromkeys(names.split(), Column(Kind.TECHNICAL))


def _leaves(file: str, names: str, *, ends: Ends = Ends.GOES, why: str = "") -> dict[str, Column]:
    return dict.fromkeys(names.split(), Column(Kind.PERSONAL, file=file, ends=ends, why=why))


def _withheld(because: str, names: str, *, ends: Ends = Ends.GOES, why: str = "") -> dict[str, Column]:
    return dict.fromkeys(names.split(), Column(Kind.PERSONAL, withheld=because, ends=ends, why=why))


_SAFE_HERE = "a secret, or the digest of one: whoever had it could pass for the person"
_TWICE = "says the same as another column that leaves"
_DIGEST = "a keyed digest: it names nobody, to us either"
_LATER_LOOK = "what was reported must stay open to another look; nobody is named in it"
_OF_THE_PRACTICE = "it is the practice's word, shown under its name alone; the link to whoever wrote it is taken out"
_ON_THE_PAGE = "says something of a profile, not of whoever typed it; their name is taken off"
_CLOCK = "a number or digest that leads nowhere once the account is gone; the retention clock deletes it within 14 days"

#: Table -> column -> what it is. Read it as a list of all that is kept.
TABLES: Mapping[str, Columns] = {
    # --- people
    "users": {
        **_technical("id is_sample password_version"),
        **_leaves("account", "email email_confirmed_at display_name birth_year role status created_at last_seen_at"),
        **_withheld(_TWICE, "email_key display_name_key"),
        **_withheld(_SAFE_HERE, "password_hash passkey_handle"),
    },
    "auth_sessions": {
        **_technical("id user_id awaits_factor"),
        **_leaves("sign-ins", "created_at last_seen_at expires_at revoked_at method stepped_up_at agent network"),
        **_withheld(_SAFE_HERE, "token_hash"),
    },
    "account_events": {**_technical("id user_id"), **_leaves("history", "kind agent network created_at")},
    "consents": {**_technical("id user_id"), **_leaves("consents", "purpose version given_at withdrawn_at")},
    "mailed_tokens": {
        **_technical("id user_id password_version"),
        **_leaves("mailed-links", "purpose email_key next_path created_at expires_at used_at"),
        **_withheld(_SAFE_HERE, "token_hash browser_hash"),
    },
    "email_changes": {
        **_technical("id user_id"),
        **_leaves("email-change", "email requested_at expires_at released_at taken_at"),
        **_withheld(_TWICE, "email_key"),
    },
    "notification_choices": {**_technical("id user_id"), **_leaves("mail-choices", "kind wanted")},
    "erasure_requests": {**_technical("id user_id"), **_leaves("erasure", "keeps_reviews requested_at due_at")},
    "passkeys": {
        **_technical("id user_id sign_count"),
        **_leaves("passkeys", "name is_synced created_at last_used_at"),
        **_withheld(_SAFE_HERE, "credential_id public_key"),
    },
    "totp_devices": {
        **_technical("id user_id last_step"),
        **_leaves("authenticator", "confirmed_at created_at"),
        **_withheld(_SAFE_HERE, "sealed_secret"),
    },
    "recovery_codes": {**_technical("id user_id"), **_leaves("recovery-codes", "created_at used_at"), **_withheld(_SAFE_HERE, "code_hash")},
    "memberships": {**_technical("id user_id granted_by_id"), **_leaves("memberships", "profile_id role created_at")},
    "claims": {
        **_technical("id user_id decided_by_id contests_id seconded_by_id"),
        **_leaves("claims", "profile_id status role message created_at updated_at expires_at decided_at reason recheck_at"),
    },
    "claim_proofs": {
        **_technical("id"),
        **_leaves("claim-proofs", "claim_id method status subject is_listed tries_left"),
        **_leaves("claim-proofs", "created_at expires_at proved_at checked_at problem"),
        **_withheld(_SAFE_HERE, "code_hash"),
    },
    "invitations": {
        **_technical("id invited_by_id"),
        **_leaves("invitations", "profile_id email role created_at expires_at"),
        **_withheld(_TWICE, "email_key"),
        **_withheld(_SAFE_HERE, "token_hash"),
    },
    "role_proposals": {
        **_technical("id user_id"),
        **_public("practitioner_id organization_id title proposed_by_profile_id"),
        **_withheld(
            "what a profile says of who works where; it stands on both pages once both agree",
            "created_at",
            ends=Ends.STAYS,
            why="the profile says it, whoever acts for it; the link to the person is cut",
        ),
    },
    # --- what they write
    "reviews": {
        **_technical("id author_id is_sample"),
        **_leaves(
            "reviews",
            "profile_id treatment_id month overall title body own_experience status removed_for held_for created_at published_at",
            ends=Ends.GOES_OR_IS_LEFT,
            why="where the person chose so, a review that is shown stays, without any link to them",
        ),
    },
    "comments": {
        **_technical("id author_id is_sample"),
        **_leaves("comments", "profile_id guide_id body status removed_for held_for created_at edited_at"),
    },
    "field_assertions": {
        **_technical("id user_id rank source_record_id"),
        **_leaves(
            "facts",
            "profile_id field value asserted_at verified_at ended_at",
            ends=Ends.STAYS,
            why="what was said of a profile that stands on a public page; who typed it is taken out",
        ),
    },
    "edit_suggestions": {
        **_technical("id user_id decided_by_id"),
        **_leaves("suggestions", "profile_id field value note status created_at decided_at"),
    },
    "reports": {
        **_technical("id reporter_id"),
        **_leaves("reports", "reporter_name reporter_email", ends=Ends.EMPTIED, why="emptied; so they are a year after the decision"),
        **_leaves(
            "reports", "profile_id review_id comment_id reply_id kind text status created_at closed_at", ends=Ends.STAYS, why=_LATER_LOOK
        ),
    },
    # --- what is answered to it, and disputed about it
    "replies": {
        **_technical("id user_id"),
        **_leaves("replies", "review_id profile_id body status removed_for created_at edited_at", ends=Ends.STAYS, why=_OF_THE_PRACTICE),
    },
    "reply_revisions": {
        **_technical("id reply_id user_id"),
        **_leaves("earlier-replies", "body written_at replaced_at", ends=Ends.STAYS, why=_OF_THE_PRACTICE),
    },
    "disputes": {
        **_technical("id user_id appellant_id decided_by_id appeal_decided_by_id"),
        **_leaves(
            "disputes",
            "review_id profile_id reason status created_at answer_due_at outcome decided_at appealed_at appeal_outcome appeal_decided_at",
            ends=Ends.STAYS,
            why="deleted with the review; else it stays for the public numbers, without any link to the person",
        ),
        **_leaves("disputes", "answered_at", ends=Ends.EMPTIED, why="deleted with the review; emptied where that is left"),
        **_leaves(
            "disputes",
            "text answer appeal decision appeal_decision",
            ends=Ends.EMPTIED,
            why="deleted with the review; emptied where that is left, and what whoever filed it wrote with their account",
        ),
    },
    # --- what they show us in confidence
    "evidence": {
        **_technical("id user_id claim_id credential_id dispute_id key_id"),
        **_leaves("documents", "kind file_name media_type size created_at purge_at"),
    },
    "evidence_blobs": {
        **_technical("evidence_id"),
        **_withheld("a document is given back to nobody: whoever got into an account would get the papers of its owner", "sealed"),
    },
    # --- what is decided about it
    "decisions": {
        **_technical("id report_id moderator_id user_id"),
        **_leaves(
            "decisions",
            "profile_id review_id comment_id reply_id action reason_class created_at",
            ends=Ends.STAYS,
            why="deleted with what it is about; it stays with a review that is left, and with a reply",
        ),
        **_leaves("decisions", "reason", ends=Ends.EMPTIED, why="deleted with what it is about; emptied where that is left"),
    },
    "audit_entries": {
        **_technical("id actor_id"),
        **_leaves(
            "log",
            "action subject created_at",
            ends=Ends.STAYS,
            why="that something was done to an account of some number must stay provable; the number leads to nobody any more",
        ),
        **_leaves("log", "details", ends=Ends.EMPTIED, why="names and addresses are taken out"),
    },
    "blocks": {
        **_technical("id kind created_by_id created_at expires_at"),
        **_withheld(_DIGEST, "value", ends=Ends.STAYS, why="otherwise an erasure would lift a block; it goes when the block has run out"),
        **_withheld("an operator's note on a block, not on an account", "reason", ends=Ends.STAYS, why="goes with its block"),
    },
    # --- what the machine remembers
    "idempotency_keys": {
        **_technical("id actor"),
        **_leaves("forms", "url created_at"),
        **_withheld("a random number that was used up", "key"),
    },
    "kept_mails": {
        **_technical("id message_id"),
        **_withheld(
            "kept in development alone, in place of sending; may hold links that are secrets",
            "recipient subject text html created_at",
            ends=Ends.STAYS,
            why="goes, save for the farewell itself, which the retention clock deletes",
        ),
    },
    "jobs": {
        **_technical("id name status run_at leased_until fence last_error created_at finished_at"),
        **_withheld(
            "numbers that lead to the rows above, and for a failed sign-in what its line in the history says",
            "payload key",
            ends=Ends.STAYS,
            why=_CLOCK,
        ),
    },
    "login_failures": {**_technical("id count window_start"), **_withheld(_DIGEST, "key", ends=Ends.STAYS, why=_CLOCK)},
    "rate_counts": {**_technical("count expires_at"), **_withheld(_DIGEST, "key", ends=Ends.STAYS, why=_CLOCK)},
    "spent_secrets": _technical("digest expires_at"),
    # --- who has a page, and where its facts come from
    "profiles": {
        **_public("id slug kind name sort_key place_id status hair_evidence is_sample about merged_into_id created_at updated_at"),
        **_public("accepting_clients"),
        **_public("review_count stars_1 stars_2 stars_3 stars_4 stars_5 mean_micro score_micro policy_version newest_review_at"),
    },
    "slug_redirects": _public("id slug profile_id created_at"),
    "practitioners": _public("id profile_id kind prefix given_name family_name suffix languages year_started website"),
    "organizations": _public("id profile_id legal_name website schema_type"),
    "locations": {
        **_public("id profile_id position address city region postal_code country_code place_id lat lon phone hours"),
        **_technical("source_record_id"),
    },
    "practitioner_roles": {**_public("id practitioner_id organization_id location_id title"), **_technical("source_record_id")},
    "service_offerings": {
        **_public("id profile_id treatment_id technique min_price max_price currency unit price_date"),
        **_technical("source_record_id"),
    },
    "identifiers": {**_public("id profile_id system value"), **_technical("source_record_id")},
    "profile_days": _technical("profile_id day views appearances"),
    "credentials": {
        **_leaves("stated-credentials", "profile_id type title issuer reference source_url stated_at", ends=Ends.STAYS, why=_ON_THE_PAGE),
        **_public("id status issued_on expires_on checked_on"),
        **_technical("source_record_id checked_by_id stated_by_id"),
    },
    "team_disclosures": {
        **_leaves("stated-work", "profile_id patients_per_day is_insured stated_at", ends=Ends.STAYS, why=_ON_THE_PAGE),
        **_leaves("stated-work", "evaluation design extraction sites implantation", ends=Ends.STAYS, why=_ON_THE_PAGE),
        **_public("id"),
        **_technical("user_id"),
    },
    "inspections": {**_public("id profile_id system inspected_on outcome infractions"), **_technical("source_record_id")},
    "sources": _public("id code name url licence licence_url attribution"),
    "source_records": {
        **_public("id source_id key profile_id raw as_of gone_on gone_note"),
        **_technical("hash note_run_id line last_run_id"),
    },
    "import_runs": {
        **_technical("id source_id status file_name file_hash options as_of started_at finished_at marks position"),
        **_technical("new changed same gone refused skipped refusals"),
    },
    # --- places, treatments, articles, search
    "countries": _public("code name sort_key people"),
    "regions": _public("id country_code code name slug sort_key people"),
    "places": _public("id country_code region_id name key slug path sort_key lat lon x y z population timezone"),
    "place_aliases": _public("place_id key"),
    "area_names": _public("id key country_code region_id is_code"),
    "place_counts": _public("place_id hair_count register_count"),
    "us_zips": _public("zip lat lon state"),
    "ca_fsas": _public("fsa lat lon name province"),
    "uk_outcodes": _public("outcode lat lon"),
    "gazetteer_files": _technical("name digest rows loaded_at"),
    "treatments": _public("id code label family parent_id synonyms position"),
    "guides": _public("id slug title summary author published_on updated_on body sources hash"),
    "search_documents": _public("profile_id words lat lon x y z currency price languages build"),
    "search_words": _public("word documents"),
    "search_states": _technical("id build version applied documents"),
}


def personal() -> Iterator[tuple[str, str, Column]]:
    """Give (table, column, what it is) of every personal column."""
    for table, columns in TABLES.items():
        for name, column in columns.items():
            if column.kind is Kind.PERSONAL:
                yield table, name, column


def leaving(table: str) -> list[str]:
    """Return the columns of a table that leave in an export, in the order of this file."""
    return [name for name, column in TABLES[table].items() if column.file]
