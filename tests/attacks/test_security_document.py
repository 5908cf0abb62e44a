"""What docs/security.md says is what the code does: its numbers are those of the constants."""

import ast
import math
import re

import pytest

from directory.accounts import links, passwords, permissions, recovery, rules, strength, throttle, totp
from directory.accounts.permissions import Permission
from directory.accounts.trust import A_DAY, Trust
from directory.claims import codes
from directory.claims import rules as claims
from directory.comments import rules as comments
from directory.config import MIN_SECRET_LENGTH, Settings
from directory.core.outbound import PUBLIC
from directory.core.page import MAX_PAGE
from directory.core.paths import STATIC
from directory.credentials import rules as credentials
from directory.disputes import rules as disputes
from directory.evidence import pictures
from directory.evidence import rules as evidence
from directory.models.accounts import TokenPurpose
from directory.models.claims import ProofMethod
from directory.moderation import rules as moderation
from directory.places import typed
from directory.profiles import proposing, suggestions
from directory.reviews import rules as reviews
from directory.search import analysis
from directory.team import rules as team
from directory.views import privacy
from directory.web import challenges, numbers, security
from directory.web.limits import CHANGES, REQUESTS, Group
from tests.docs import text

DOCUMENT = re.sub(r"\s+", " ", text("docs/security.md"))


def said(limit: str) -> str:
    """Return a limit in words: 300/minute is "300 a minute"."""
    return limit.replace("/hour", " an hour").replace("/minute", " a minute")


def hours(limit: throttle.Limit) -> int:
    return int(limit.window.total_seconds() // 3600)


def minutes(method: ProofMethod) -> int:
    return int(codes.LIVES[method].total_seconds() // 60)


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


@pytest.mark.parametrize(
    "said",
    [
        f"{rules.MIN_NAME} to {rules.MAX_NAME} characters, letters of one alphabet",
        f"one address of at most {rules.MAX_EMAIL} characters",
        f"{rules.MIN_PASSWORD} to {rules.MAX_PASSWORD} characters, any signs",
        f"four digits, {rules.ADULT} years ago or more",
        f"{reviews.MIN_BODY_LENGTH} to {reviews.MAX_BODY_LENGTH} characters, a title of at most {reviews.MAX_TITLE_LENGTH}",
        f"a month from {reviews.FIRST_YEAR} to this one",
        f"| comment | {comments.MIN_BODY_LENGTH} to {comments.MAX_BODY_LENGTH} characters |",
        f"{moderation.MIN_TEXT_LENGTH} to {moderation.MAX_TEXT_LENGTH} characters, a kind that fits the thing",
        f"a name of at most {moderation.MAX_NAME_LENGTH} |",
        f"{moderation.MIN_REASON_LENGTH} to {moderation.MAX_REASON_LENGTH} characters |",
        f"{analysis.MAX_CHARACTERS} characters and {analysis.MAX_WORDS} words are read",
        f"| page of a list | 1 to {MAX_PAGE} |",
        f"| reviews of an author | {A_DAY[Trust.NEW].reviews} a day, {A_DAY[Trust.KNOWN].reviews} of a known one",
        f"| comments of an author | {A_DAY[Trust.NEW].comments} a day, {A_DAY[Trust.KNOWN].comments} of a known one |",
        f"{said(CHANGES[Group.WRITING].account)} of an account, {said(CHANGES[Group.WRITING].network)} from one network, over all",
        f"{said(REQUESTS[Group.PAGES])} of an account or, signed out, from one network, for each process; search"
        f" {said(REQUESTS[Group.SEARCH]).split()[0]} |",
        f"{said(CHANGES[Group.REPORT].network)} from one network, {moderation.MAX_REPORTS_A_DAY} receipts a day to one address",
        f"| new accounts | {throttle.REGISTER.most} an hour from one network |",
        f"{throttle.ASK_FOR_MAIL.most} an hour from one network, {throttle.MAIL_TO_ONE.most} an hour to one address",
        f"| failed log-ins | {throttle.LOG_IN.most} in {throttle.LOG_IN.window.seconds // 60} minutes of an account,"
        f" {throttle.LOG_IN_NETWORK.most} of a network |",
        f"never longer than {throttle.LOG_IN.window.seconds // 60} minutes",
        f"{links.LIVES[TokenPurpose.RESET_PASSWORD].seconds // 60} minutes for a new password",
        f"{links.LIVES[TokenPurpose.CONFIRM_EMAIL].days} days for a confirmation",
        f"{links.LIVES[TokenPurpose.TAKE_EMAIL].total_seconds() / 3600:.0f} hours for a change of address",
        f"{throttle.SECOND_FACTOR.most} codes in {throttle.SECOND_FACTOR.window.seconds // 60} minutes, of an account",
        f"good for {totp.STEP} seconds and {'one' if totp.DRIFT == 1 else totp.DRIFT} step to either side",
        f"{int(recovery.LENGTH * math.log2(len(recovery.ALPHABET)))} bits, each taken once",
        f"a challenge of {challenges.LIFE.seconds // 60} minutes",
        f"where that was more than {rules.STEP_UP.seconds // 60} minutes ago",
        f"is nobody's and ends after {rules.HALF_SESSION.seconds // 60} minutes",
        f"the first {strength.LOOKED_AT} characters are looked at",
        f"{privacy.EXPORTS.most} an hour of an account",
        f"takes {PUBLIC.max_bytes // 1_000_000} MB in {PUBLIC.seconds:.0f} seconds",
        f"{rules.LIFE.absolute.days} days after the log-in, {rules.STAFF_LIFE.absolute.seconds // 3600} hours for staff",
        f"{rules.LIFE.idle.days} days without use, {rules.STAFF_LIFE.idle.seconds // 60} minutes for staff",
        f"{passwords.AT_ONCE} at once in a process, {passwords.PATIENCE} seconds of patience",
        f"of more than {security.MAX_UPLOAD / 1024**2:.1f} MB where somebody signed in may send a document",
        f"by its bytes, at most {evidence.MAX_SIZE // 1024**2} MB, {evidence.MAX_COUNT} for a case",
        f"a picture of at most {pictures.MAX_PIXELS // 1_000_000} million pixels",
        f"| {evidence.KEPT.days} days after the decision |",
        f"| entries of people not listed | {proposing.A_DAY} a day of an account |",
        f"| forms of moderators | {said(CHANGES[Group.MODERATION].account)} of an account,"
        f" {said(CHANGES[Group.MODERATION].network)} from one network |",
        f"| forms of log-ins and factors | {said(CHANGES[Group.SIGN_IN].account)} of an account,"
        f" {said(CHANGES[Group.SIGN_IN].network)} from one network |",
        f"it ends after {claims.LIFE.days} days without anything shown; contested after {claims.PATIENCE.days} days at the earliest |",
        f"| codes of claims asked for | {codes.ASK.most} an hour of an account; {codes.CALL.most} in {hours(codes.CALL)} hours to one"
        f" telephone number; {codes.LETTER.most} letters in {codes.LETTER.window.days} days to one profile |",
        f"| codes of claims typed | {codes.TRY.most} an hour of an account, {codes.TRIES} of each code; one is {codes.LENGTH} signs"
        f" ({int(codes.LENGTH * math.log2(len(codes.ALPHABET)))} bits)",
        f"works {minutes(ProofMethod.EMAIL_AT_DOMAIN)} minutes by mail and telephone, {codes.LIVES[ProofMethod.LETTER_CODE].days} days"
        " by letter |",
        f"| looks at the website of a claim | {codes.LOOK.most} an hour of an account; afterwards every {claims.RECHECK.days} days",
        f"with {claims.SECOND_LOOK.days} days to mend what was not found |",
        f"| invitations | {team.MOST_OPEN} open ones of a profile, {team.LIFE.days} days each, for {team.MOST_MEMBERS} people at most |",
        f"| suggestions of visitors | {suggestions.A_DAY} in 24 hours of an account; {suggestions.WAITING} wait for one profile |",
        f"| disputes | {disputes.MAX_A_DAY} in 24 hours of a profile; called off {times(disputes.MAX_CALLED_OFF)} at most about one"
        f" review; {disputes.ANSWER_TIME.days} days to answer, {disputes.APPEAL_TIME.days} days to appeal |",
        f"| credentials that an owner states | {credentials.MOST} of a profile |",
        f"more than {security.MAX_BODY // 1024} KB or {security.MAX_FIELDS} parts",
        f"at most {numbers.LARGEST:,}",
        f"{typed.MAX_WORDS} words, a bounded number of look-ups",
        f"at least {MIN_SECRET_LENGTH} characters",
    ],
)
def test_a_number_of_the_document_is_that_of_the_code(said: str) -> None:
    """Seen to fail with each constant changed."""
    assert said in DOCUMENT


def test_limits_by_the_hour_are_by_the_hour() -> None:
    """The document says "an hour". Seen to fail with another window."""
    assert {
        hours(limit) for limit in (throttle.REGISTER, throttle.ASK_FOR_MAIL, throttle.MAIL_TO_ONE, codes.ASK, codes.TRY, codes.LOOK)
    } == {1}
    assert codes.LIVES[ProofMethod.PHONE_CODE] == codes.LIVES[ProofMethod.EMAIL_AT_DOMAIN], "one number is named for both"


def test_every_permission_is_in_the_one_table() -> None:
    """And one that is not there is an error, not a yes. Seen to fail with a row taken out."""
    assert set(permissions.TABLE) == set(Permission)
    assert permissions.may(None, Permission.SIGNED_IN) is False


def test_every_log_event_of_the_code_stands_in_the_inventory() -> None:
    """Seen to fail with a new `log.info("job.odd")`."""
    house = STATIC.parent
    written = {
        found
        for path in house.rglob("*.py")
        for found in re.findall(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"([^\"]+)\"", path.read_text("utf-8"))
    }
    assert len(written) >= 10
    inventory = text("docs/security.md")
    assert [event for event in sorted(written) if f"`{event}`" not in inventory and not event.startswith("search.")] == []


def test_security_md_leads_to_all_of_it() -> None:
    """Seen to fail with a link taken out."""
    said = text("SECURITY.md")
    for name in ("docs/security.md", "docs/asvs.csv", "docs/deployment.md", "security.txt", "7 days", "30 for the rest"):
        assert name in said


#: Section -> words that it must not be without.
SECTIONS = {
    "What is asked of input": ("Together:", "postcode and its place", "how often"),
    "Ways in": ("nobody is locked out for good", "zxcvbn", "`hairline`", "no hints and no questions", "There is no other", "(6.3.3)"),
    "Sessions": ("any number of browsers", "256 bits", "Why so long, and so short", "by way of another site"),
    "Who may do what": ("permissions.py", "By field:", "looked up together with its owner"),
    "What is kept": ("| secret", "| health data", "| personal", "| public", "| technical", "columns.py"),
    "Cryptography": ("HAIRLINE_SECRET_KEY", "once a year", "argon2id", "AES-256-GCM", "RFC 6238"),
    "Who talks to whom": ("127.0.0.1:8000", "load nothing from other hosts"),
    "What costs much": ("slow bodies", "imports", "a password's hash"),
    "The log": ("standard error", "in UTC", "never the path"),
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_section_is_there(heading: str) -> None:
    """With what is asked of it. Seen to fail with each section taken out."""
    sections = {part.split(" ## ")[0].strip() for part in DOCUMENT.split(" ## ")[1:]}
    found = [section for section in sections if section.startswith(heading)]
    assert len(found) == 1
    assert [words for words in SECTIONS[heading] if words not in found[0]] == []


def cryptographers(source: str) -> list[str]:
    """Name the libraries of cryptography that a module imports."""
    top = r"^(?:from|import) (hashlib|hmac|secrets|ssl|pwdlib|argon2|cryptography|itsdangerous|webauthn|pyotp|bcrypt|jwt|nacl)\b"
    return re.findall(top, source, re.M)


def test_every_use_of_cryptography_is_in_the_inventory() -> None:
    """Each library that the code imports is one whose use stands in the table. Seen to fail with the row of HMAC-SHA-256 taken out."""
    assert cryptographers("import nacl") == ["nacl"]
    stands_for = {
        "hashlib": "SHA-256",
        "hmac": "HMAC-SHA-256",
        "secrets": "`secrets`",
        "ssl": "TLS",
        "pwdlib": "pwdlib",
        "itsdangerous": "itsdangerous",
    }
    inventory = text("docs/security.md").split("## Cryptography")[1].split("\n## ")[0]
    used = {found for path in STATIC.parent.rglob("*.py") for found in cryptographers(path.read_text("utf-8"))}
    assert {"hashlib", "hmac", "secrets", "pwdlib"} <= used
    assert [one for one in sorted(used) if stands_for.get(one, one) not in inventory] == []


def from_cryptography(source: str) -> set[str]:
    """Name what a module takes from the large library of cryptography; a whole module of it is named as such."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cryptography":
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "cryptography"}
    return found


def test_of_the_large_library_only_what_cannot_be_changed_unseen_is_used() -> None:
    """No block modes, no paddings, no ciphers of its own choice. Seen to fail with `ciphers.modes.CBC` imported in a function."""
    planted = "import cryptography.x509\ndef f():\n    from cryptography.hazmat.primitives.ciphers.modes import CBC"
    assert from_cryptography(planted) == {"cryptography.x509", "cryptography.hazmat.primitives.ciphers.modes.CBC"}
    used = {one for path in STATIC.parent.rglob("*.py") for one in from_cryptography(path.read_text("utf-8"))}
    assert {one.removeprefix("cryptography.").removeprefix("hazmat.primitives.") for one in used} == {
        "ciphers.aead.AESGCM",
        "hashes.SHA256",
        "kdf.hkdf.HKDF",
        "exceptions.InvalidTag",
        "exceptions.UnsupportedAlgorithm",
    }


def test_who_talks_to_whom_is_written_down() -> None:
    """Every setting that names another host stands there or in deployment.md. Seen to fail with a new setting `..._url`."""
    said = text("docs/security.md").split("## Who talks to whom")[1].split("\n## ")[0] + text("docs/deployment.md")
    hosts = [name for name in Settings.model_fields if name.endswith(("_url", "_host", "_hosts")) or name == "host"]
    assert len(hosts) >= 6
    missing = [name for name in hosts if f"HAIRLINE_{name.upper()}" not in said and name != "host"]
    assert missing == []
