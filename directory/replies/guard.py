"""What in the draft of a reply may tell that somebody was a patient, or more of them (T-19); pure.

Under HIPAA and its like even "thank you for choosing us" says that somebody was treated: practices were fined for replies that
named a reviewer, a treatment or an insurance (Elite Dental 2019, New Vision 2022). Words are all there is to go by here, so it
warns too often rather than too seldom, and whoever writes decides.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from directory.core.i18n import lazy
from directory.replies import words


class Hint(StrEnum):
    """What kind of thing a draft gives away."""

    NAME = "name"
    DATE = "date"
    CARE = "care"
    RELATION = "relation"
    COUNT = "count"
    HEALTH = "health"
    PHONE = "phone"
    EMAIL = "email"
    LANGUAGE = "language"


#: Each kind in a sentence for whoever writes.
WHY: Mapping[Hint, str] = {
    Hint.NAME: lazy("It names a person. The name that a reviewer chose here may not be one that they want to read beside their treatment."),
    Hint.DATE: lazy("It says when something was. A day or a month can show who somebody is."),
    Hint.CARE: lazy("It speaks of their treatment, appointment or payment. That is theirs to tell, not yours."),
    Hint.RELATION: lazy("It says that somebody was your patient, or that they were not. Either is a fact about their health."),
    Hint.COUNT: lazy("It gives a number out of a treatment or a bill."),
    Hint.HEALTH: lazy("It ties a word about health to the person you write to."),
    Hint.PHONE: lazy("It holds a telephone number. If it is not your own listed one, leave it out."),
    Hint.EMAIL: lazy("It holds an e-mail address. Your profile is the place for yours; nobody else's belongs here."),
    Hint.LANGUAGE: lazy(
        "We can check English words only. Read it once more: no names, days, treatments or numbers, nor whether somebody was with you."
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that a draft may give away.

    Args:
        start: Where it begins in the draft, in characters.
        end: Where it ends.
        words: What stands there.
    """

    hint: Hint
    start: int
    end: int
    words: str

    @property
    def why(self) -> str:
        """A sentence about why to leave it out."""
        return str(WHY[self.hint])

    @property
    def mark(self) -> str:
        """What tells it from every other finding, without its words: a form carries it, to show what was seen."""
        return hashlib.sha256(f"{self.hint} {self.words.casefold()}".encode()).hexdigest()[:16]


_MONTHS = (
    "january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
#: What is done to a patient, and what is left of it.
_CARE = (
    "treatments?|procedures?|appointments?|surger(?:y|ies)|operations?|sessions?|consultations?|consult|grafts?|transplants?"
    "|smp|fue|fut|prp"
    "|hairlines?|temples?|head|scalp|crown|donor(?: area)?|beard|scars?|pigment(?:ation)?|density|healing|recovery|aftercare"
    "|after-care|touch-?ups?"
    "|follow-?ups?|visits?|results?|outcomes?|growth|photos?|pictures|payments?|deposits?|refunds?|invoices?|bills?|balance"
    "|account|insurance"
    "|insurer|copay|records?|charts?|files?|notes|history|bookings?|case|doctor|surgeon|artist|technician|therapist|medications?"
    "|prescriptions?|diagnos[ie]s|condition|complications?|infection|consent|consent form|forms?|plan|chair|hair"
)
#: What a patient did: in the past, and said to them.
_DID = (
    "came|visited|attended|booked|cancelled|canceled|missed|paid|signed|agreed to|agreed on|declined|refused|chose|arrived"
    "|returned"
    "|received|underwent|sat|smoked|drank|insisted|wanted|needed|asked for|asked us|told us|told our|told me|called us"
    "|e-?mailed us"
    "|messaged us|were told|were advised|were informed|were warned|were offered|were given|were seen|were treated|were happy"
    "|were satisfied|were quoted|were late|were charged|were scheduled|were rescheduled|were here|were in|failed to"
    "|did not follow"
    "|didn't follow|did not show|didn't show|did not come|didn't come|never came|never showed|never paid|never visited"
    "|no-showed|walked in|walked out"
    "|left our|left the (?:clinic|office|studio|practice)|saw (?:dr|our|the)|met (?:dr|our|with)|had (?:a|an|the|your|our"
    "|\\d|two|three|four)"
    "|have had (?:a|an|the|\\d)|came back|went ahead|went through|owe|owed|disputed the|removed the|picked|scratched"
)
_PERSON = "patient|client|customer|gentleman|lady|man|woman|individual|person|reviewer"
_PAST = (
    "was|had|came|missed|paid|received|refused|did|didn't|underwent|cancelled|canceled|never|wanted|asked|failed|signed"
    "|visited|chose|arrived"
    "|booked|declined|insisted|owes|smokes|got|left without|demanded|threatened|returned"
)
_TO_THEM = (
    "performed|placed|implanted|extracted|treated|operated|offered|refunded|advised|prescribed|gave|told|explained|scheduled"
    "|rescheduled"
    "|warned|quoted|charged|billed|saw|examined|photographed|called|phoned|e-?mailed|contacted|discussed|did|made"
    "|transplanted|informed|showed"
    "|sent|helped|met|welcomed|waited|finished|completed|designed|matched|corrected|touched up|reminded"
)
_COUNTED = (
    "grafts?|hairs?|follicles?|follicular units?|fus?|sessions?|treatments?|procedures?|appointments?|visits?|touch-?ups?"
    "|needles?|stitches"
    "|photos?|pictures|mg|ml|cm2?|cc|mm|emails|e-mails|messages|calls"
)
_AMOUNT = "usd|cad|gbp|eur|try|aed|dollars?|euros?|pounds?|lira|bucks"
_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|dozens?|half"
)
_KIN = "husband|wife|partner|son|daughter|mother|father|mom|mum|dad|brother|sister|girlfriend|boyfriend|fianc[ée]e?|friend"

#: Patterns that are enough by themselves, in any letters.
_ALONE: Mapping[Hint, Sequence[str]] = {
    Hint.DATE: (
        rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?:{_MONTHS})\b(?:\.?\s+\d{{1,4}}(?:st|nd|rd|th)?\b)?(?:,?\s+\d{{4}}\b)?",
        r"\b(?:in|on|of|since|until|last|this|early|late|mid)[ -]may\b(?! (?:i|we|be)\b)|\bmay \d{1,4}(?:st|nd|rd|th)?\b"
        r"|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?may\b",
        r"(?<![\d./-])\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})(?![\d])|\b\d{4}-\d{2}-\d{2}\b|(?<![\d./])\d{1,2}/\d{1,2}(?![\d/])",
        rf"\b(?:last|that|previous|this past|on) (?:{_WEEKDAYS})\b(?! (?:to|through|and|or|until)\b)",
        r"\b(?:last|that same|this past|earlier this) (?:week|month|year|spring|summer|autumn|fall|winter)\b|\byesterday\b",
        r"\b(?:\d+|an?|one|two|three|four|five|six|several|a few|a couple of) (?:days?|weeks?|months?|years?) (?:ago|later"
        r"|after (?:the|your|that|it)|post)\b",
        r"\b(?:day|week|month) \d{1,2}\b",
        r"\b(?:in|back in|during) (?:19|20)\d{2}\b(?=[^.!?\n]{0,60}\b(?:you|your)\b)",
        r"\b\d{1,2}:\d{2}\s?(?:am|pm|a\.m\.|p\.m\.)?(?=[^.!?\n]{0,60}\b(?:you|your)\b)",
    ),
    Hint.CARE: (
        rf"\b(?:your|his|her)\s+(?:[\w'-]+\s+){{0,2}}?(?:{_CARE})\b",
        r"\b(?:treatment|procedure|surgery|session|work|operation|consultation|service|care|result)s?(?: that"
        r"| which)? (?:you|he|she|we|our team) "
        r"(?:had|got|received|chose|paid|wanted|booked|did|gave|carried|performed|provided|asked|were|underwent)\b",
        rf"\b(?:we|i|our (?:team|staff|doctor|surgeon|artist|technician)s?"
        rf"|dr\.? [\w-]+)\s+(?:[\w']+\s+){{0,2}}?(?:{_TO_THEM})\s+(?:[\w'$-]+\s+){{0,5}}?(?:you|your|him|her)\b",
        rf"(?<!if )(?<!whether )(?<!that )\byou\s+(?:also\s+|then\s+|even\s+|only\s+|simply\s+|still\s+|had\s+"
        rf"|have\s+)?(?:{_DID})\b",
        r"\b(?:during|before|after|at|for|of|about) (?:your|his|her) (?:time|stay|day|first|second|third|last)\b",
        r"\b(?:the )?(?:price|amount|fee|cost|quote)s? (?:that )?(?:you|he|she) \w+",
        r"\bbefore(?:-| and |/)after (?:photos?|pictures?) of (?:you|him|her)\b",
    ),
    Hint.RELATION: (
        r"\bas (?:a|an|our|one of our|my) (?:\w+ ){0,2}?(?:patient|client|customer|guest)\b",
        r"\b(?:our|my|a) (?:former|previous|past|long-?time|long-?standing|valued|dear|happy|regular|new|ex|returning"
        r"|loyal)[ -]?(?:patient|client|customer)\b",
        r"\b(?:our|my) (?:patient|client|customer)\b(?!['’]s? )|\bdear (?:valued )?(?:patient|client|customer)\b"
        r"|\bvalued (?:patient|client|customer)\b",
        r"\byou(?:'ve| have|'re| are| were|'d been| had been| became| remain)(?: been)?(?: not| never| no)? (?:a |an |our "
        r"|one of our |one of my |my |never |not )?(?:\w+ )?(?:patient|client|customer)s?\b",
        r"\bthank(?:s| you)?(?: so much| very much| again)? for (?:choosing|visiting|trusting|coming|letting|being"
        r"|your trust|your business|your patience during|stopping by|travell?ing|the trust|placing|putting"
        r"|having)\b(?! our (?:page|profile|site))",
        r"\b(?:treating|seeing|serving|meeting|having|caring for|taking care of|looking after|working with|welcoming"
        r"|helping) you\b",
        r"\b(?:see|welcome|have|greet|expect) you (?:again|back|soon|in (?:our|the|a))\b",
        r"(?<!if )\b(?:when|while|after|before|since|because|the day|the time|although|though) you (?:first )?(?:visited"
        r"|came|were|saw|had|arrived|called|left|got|booked|met|sat|contacted)\b",
        r"\bwe (?:do |clearly |well |still |fondly |all )*(?:remember|recall) (?:you|your|this|the|him|her|it)\b",
        r"\b(?:no|any|a) (?:record|trace|file|booking|entry|patient|client|customer|appointment)s? (?:of you|of your|of this"
        r"|of ever|of anyone|of any|of a|by (?:this|that|the|your) name|with (?:this|that|the|your) name|under (?:this|that"
        r"|the|your) name|for (?:you|this)|matching|called|named)\b",
        r"\b(?:never|not|n't) (?:been |a |one of )?(?:treated|seen|met|had|our|been) ?(?:you|a|our|as|at|in|by|here"
        r"|with)?\b(?=[^.!?\n]{0,30}\b(?:patients?|clients?|you|us|here|clinic|studio|practice)\b)",
        r"\b(?:our|the|my|your) (?:records?|notes|files?|charts?|system|books?|calendar|database|schedule) (?:show|indicate"
        r"|confirm|say|state|tell|reveal|prove|have|has|do|does|contain|suggest)s?\b",
        r"\b(?:according to|based on|in|from|checked|reviewed|looked at|looked up|looking at|pulled|searched|per) (?:our|the"
        r"|your) (?:\w+ )?(?:records?|notes|files?|charts?|system|books|database)\b",
        rf"\b(?:this|that|the) (?:{_PERSON})(?:'s)? (?:\w+ ){{0,2}}?(?:{_PAST})\b",
        rf"(?<!\w)(?:he|she) (?:also |then |even |only |clearly |simply )?(?:{_PAST})\b",
        r"\b(?:is|are|was|were) (?:not |never )?(?:a|an|our|one of our) (?:\w+ )?(?:patient|client|customer)\b",
        # That somebody was not here is as much a fact about them.
        r"\b(?:never|not|n't) (?:once |ever |even )?(?:have|had|see|seen|treated?|met|served?|known?|welcomed) "
        r"(?:anybody|anyone|somebody|someone|(?:any|a|this|that) (?:person|patient|client|customer))\b",
        rf"\bno such (?:{_PERSON}|name|appointment|visit|case|booking|treatment|procedure|consultation|operation|surgery|record|file)s?\b",
        r"\b(?:nobody|no one|no-one|none|anybody|anyone|somebody|someone|no (?:patient|client|customer|person)) (?:of|by|with|under|like"
        r"|matching|who fits) (?:this|that|the|your|such|these) (?:name|story|description|account|details?|date|case|complaint|history)\b",
        r"\b(?:you|he|she|they|writer|reviewer|author|person)(?: (?:was|were|is|are|has|have|had|did))?(?: never| not|n't)"
        r"(?: (?:been|set|come|came|ever|even|actually|once|foot)){0,3} (?:here|with us|to us|by us|(?:in|at|inside|among|one of) our)\b",
        r"\b(?:have|has|find|found|there is|there's|there was|with|holds?|keep) no (?:such )?(?:records?|trace|files?|knowledge|memory"
        r"|recollection)\b",
        r"\b(?:not|n't|cannot|unable to) (?:know|find|match|identify|locate|trace|recogni[sz]e|place|remember|recall) (?:you\b"
        r"|anybody\b|anyone\b"
        r"|(?:your|this|that|the|any|a) (?:name|person|patient|client|customer|reviewer|record|story|file|booking|appointment|case"
        r"|writer)\b)",
        r"\b(?:not|n't) (?:match|fit|correspond to|belong to|agree with) (?:any|anybody|anyone|anything|a person|a patient|one of our"
        r"|our)\b",
        r"\b(?:not|never|n't|nor) (?:one of|among|any of) (?:our|my) (?:\w+ )?(?:patients|clients|customers)\b",
        r"\byour (?:loyalty|trust in us|confidence in us|faith in us|patience with us|choosing us)\b",
    ),
    Hint.COUNT: (
        rf"\b\d[\d.,]*\s?(?:k\s)?-?(?:{_COUNTED})\b",
        rf"\b(?:{_NUMBER_WORD}|several|a few|a couple of)(?:[ -](?:and )?(?:{_NUMBER_WORD})){{0,4}}[ -](?:\w+ )?(?:grafts?"
        rf"|follicles?|hairs|sessions?|appointments|visits|treatments|procedures|touch-?ups?)\b",
        rf"\b(?:{_NUMBER_WORD})(?:[ -](?:and )?(?:{_NUMBER_WORD}))*(?: of)?(?: \w+)? grafts?\b"
        rf"|\bgrafts?\b(?:,| were| was|:| -| –)? (?:\w+ )?(?:{_NUMBER_WORD})\b",
        rf"[$€£₺]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:{_AMOUNT}|[$€£₺])",
        r"\b\d{1,3}\s?(?:%|percent\b)(?=[^.!?\n]{0,30}\b(?:growth|density|survival|coverage|yield|refund|discount|off|of the"
        r"|deposit)\b)",
        r"\bnorwood\s?(?:class |stage |type |scale )?(?:[1-7]|i{1,3}|iv|vi{0,2})\b|\bnw\s?[1-7]\b",
        r"\b\d+(?:-|\s)(?:months?|weeks?|days?|hours?|years?)(?=[^.!?\n]{0,25}\b(?:post|mark|result|after|photo|old"
        r"|procedure|surgery|session|operation|growth)\b)",
    ),
    Hint.NAME: (rf"\byour (?:{_KIN})\b",),
}
_HEALTH = (
    "diabet\\w*|blood pressure|hypertension|hiv|hepatitis|cancer|chemo\\w*|alopecia|allerg\\w*|medicat\\w*|medicine"
    "|finasteride|minoxidil|biotin"
    "|blood thinners?|aspirin|keloids?|depress\\w*|anxi(?:ety|ous)|infect\\w*|necrosis|folliculitis|shedding|shock loss"
    "|swell\\w*|bleed\\w*"
    "|bled|pain\\w*|numb\\w*|smok\\w+|alcohol|drugs?|pregnan\\w*|psoriasis|eczema|seborr\\w*|dermatitis|thyroid"
    "|ana?esthe\\w*|sedat\\w*|dosage"
    "|prescri\\w*|diagnos\\w*|symptoms?|complications?|side effects?|norwood|bald\\w*|hair loss|thinning|heal(?:ed|ing|s)?"
    "|skin type|oily skin"
    "|scabs?|scabbing|scar(?:red|ring|s)?|illness|disease|disorder|sensitive skin|mental|surgery|surgical|biopsy"
)
#: "You" where it means the reader: not in "thank you", nor where something is only supposed.
_YOU = r"(?<!thank )(?<!if )(?<!whether )(?<!wish )\b(?:you|your|you're|you've|you'd|yours)\b"
_TIED = rf"\b(?:{_HEALTH})\b(?=[^.!?\n]{{0,50}}{_YOU})|{_YOU}[^.!?\n]{{0,50}}?\b(?:{_HEALTH})\b"
_ONLY_IF = re.compile(
    r"\b(?:if|whether|in case|anybody|anyone|everybody|everyone|any person|whoever|people|patients|clients)\b", re.IGNORECASE
)

_PATTERNS = {hint: tuple(re.compile(one, re.IGNORECASE) for one in many) for hint, many in _ALONE.items()} | {
    Hint.EMAIL: (re.compile(r"[^\s@<>(),;]{1,64}@[^\s@<>(),;]{1,190}\.[^\W\d_]{2,}"),),
}
_PHONE = re.compile(r"(?<![\w.,/])\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?!\w)")
_TITLE = re.compile(
    r"\b(?i:mr|mrs|ms|mx|miss|dr|doctor|prof|professor|sir|mister"
    r"|nurse)\b\.?\s+(?P<name>[^\W\d_a-z][\w'’-]+(?:\s+[^\W\d_a-z][\w'’-]+)?)"
)
_GREETED = re.compile(
    r"(?:^|(?<=[.!?\n]))\s*(?i:dear|hi|hello|hey|thanks|thank you|many thanks|sorry|good (?:morning|afternoon|evening"
    r"|day))(?i: there)?,?\s+"
    r"(?P<name>[^\W\d_a-z][\w'’-]+(?:\s+[^\W\d_a-z][\w'’.-]*)?)(?=\s*[,.!:;\n–—-])"
)


def findings(text: str, *, reviewer: str = "", own: Iterable[str] = ()) -> list[Finding]:
    """Return what a draft may give away, in the order in which it stands.

    Args:
        text: The draft.
        reviewer: The name under which the review is shown.
        own: Names of the practice and of its people, and its listed telephone numbers: those are no findings.
    """
    plain = text.translate({0x2019: "'", 0x00A0: " "})
    ours = tuple(own)
    found = [*_by_pattern(plain), *_names(plain, reviewer, ours), *_phones(plain, ours), *_tied_to_health(plain)]
    spans = [*_without_doubles(found), *_unread(plain)]
    return [Finding(hint, start, end, text[start:end].strip()) for hint, start, end in spans]


Span = tuple[Hint, int, int]


def _unread(text: str) -> Iterator[Span]:
    found = words.foreign(text)
    if found is not None:
        yield Hint.LANGUAGE, *found


def _by_pattern(text: str) -> Iterator[Span]:
    for hint, patterns in _PATTERNS.items():
        for pattern in patterns:
            yield from ((hint, *match.span()) for match in pattern.finditer(text))


def _tied_to_health(text: str) -> Iterator[Span]:
    for match in re.finditer(_TIED, text, re.IGNORECASE):
        before = re.split(r"[.!?\n]", text[: match.start()])[-1]
        if not _ONLY_IF.search(before + match.group()):
            yield Hint.HEALTH, *match.span()


def _phones(text: str, own: Sequence[str]) -> Iterator[Span]:
    ours = {_digits(one)[-7:] for one in own if len(_digits(one)) >= 7}
    for match in _PHONE.finditer(text):
        digits = _digits(match.group())
        if 7 <= len(digits) <= 15 and digits[-7:] not in ours:
            yield Hint.PHONE, *match.span()


def _names(text: str, reviewer: str, own: Sequence[str]) -> Iterator[Span]:
    ours = {word for name in own for word in _words(name)}
    for pattern in (_TITLE, _GREETED):
        for match in pattern.finditer(text):
            named = _words(match["name"])
            if not named & words.NOBODY and not named & ours:
                yield Hint.NAME, *match.span("name")
    if len(reviewer.strip()) >= 3 and not _words(reviewer) <= words.ALSO_WORDS:
        yield from ((Hint.NAME, *match.span()) for match in re.finditer(rf"\b{re.escape(reviewer.strip())}(?!\w)", text, re.IGNORECASE))
    for part in _words(reviewer) - ours:
        if len(part) < 3 or part.isdigit():
            continue
        for match in re.finditer(rf"\b{re.escape(part)}\b", text, re.IGNORECASE):
            if part not in words.ALSO_WORDS or (match.group()[0].isupper() and not _begins_sentence(text, match.start())):
                yield Hint.NAME, *match.span()


def _begins_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in ".!?:\n" or "\n" in text[len(before) : at]


def _words(name: str) -> set[str]:
    return {word.strip(".'-") for word in re.split(r"[\s,]+", unicodedata.normalize("NFC", name).casefold()) if word.strip(".'-")}


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _without_doubles(found: list[Span]) -> list[Span]:
    """Leave out what lies within a longer finding, of whatever kind."""
    kept: list[Span] = []
    for one in sorted(found, key=lambda one: (one[1], -one[2])):
        if not kept or one[2] > kept[-1][2]:
            kept.append(one)
    return kept
