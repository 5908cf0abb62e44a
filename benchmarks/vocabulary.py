"""The words that synthetic listings are made of: names from many languages, the words of the trade, small words, and a long tail."""

import random
from functools import cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "James José María Müge Łukasz Zoë Anaïs Björn Søren Chloé André Íñigo Ümit Şebnem Çağla Ayşe Jürgen Renée François Siobhán Niamh "
    "Olivier Jean Paul Mohammed Fatima Aisha Omar Yusuf Elif Mehmet Koray Hasan Daniel Michael Robert David Sarah Laura Emma Olivia Liam "
    "Noah Lucas Mateo Sofía Lucía Martina Giulia Marco Luca Alessandro Chiara Hans Petra Klaus Anna Piotr Agnieszka Jan Pieter Willem "
    "Priya Rahul Anjali Vikram Sanjay Wei Ling Hiroshi Yuki Minjun Jisoo Nikos Eleni Dmitri Olga Ivan Svetlana Andrei Ioana Petr Jana "
    "Zoltán Éva Oksana Thanh Linh Somchai Budi Siti Reza Shirin Tariq Leila Nadia Karim Grace Samuel Ruth Kwame Amara Chidi Zanele Thabo "
    "Bianca Diego Camila Valentina Thiago João Inês Tânia Rui Erik Astrid Lars Freya Declan Maeve Rhys Ffion Hamish Isla"
)
FAMILY = _words(
    "Smith Johnson Williams Brown Jones García Martínez López González Hernández Pérez Sánchez Müller Schmidt Schröder Weiß Fischer Weber "
    "Yılmaz Şahin Öztürk Çelik Kılıç Doğan Erdoğan Kowalski Wiśniewski Wójcik Łuczak Nowak Dupont Lefèvre Bérubé Côté Moreau Rossi Ricci "
    "Bianchi Conti Silva Souza Gonçalves Araújo Magalhães Ivanov Petrov Smirnova Kumar Sharma Patel Singh Gupta Khan Ahmed Ali Hussain "
    "Hassan Wang Li Zhang Chen Liu Kim Lee Park Choi Tanaka Suzuki Sato Papadopoulos Nikolaou Cohen Levi Andersson Johansson Ångström "
    "Jørgensen Østergaard Popescu Ionescu Novák Dvořák Nagy Szabó Kovács Shevchenko Nguyễn Trần Phạm Santoso Wijaya Rahimi Hosseini "
    "Okafor Mensah Dlamini O'Brien O'Connor MacLeod Campbell Stewart Murphy Walsh Evans Hughes Bell Carter Parker Collins Reed Cook "
    "Morgan Bailey Rivera Cooper Richardson Cox Howard Ward Torres Peterson Gray Ramirez Watson Brooks Kelly Sanders Price Bennett Wood "
    "Barnes Ross Henderson Coleman Jenkins Perry Powell Long Patterson Flores Washington Butler Simmons Foster Bryant Alexander Russell "
    "Griffin Diaz Hayes"
)
PRACTICES = ("Hair Clinic", "SMP Studio", "Scalp Ink", "Hair Restoration", "Aesthetics", "Scalp Artistry", "Trichology")

#: Small words: half of a text.
SMALL = _words(
    "the and of to in a for with our we is your you on are at by from have that as an it all this be or each new more most who will can us "
    "my i he she they their every over since based offers specialise specialist offering helping help make feel look best highest quality "
    "care team"
)
#: Words of the trade: two fifths of a text, the first ones the most often. `hairline` is set apart, to stand in half of all texts.
TRADE = _words(
    "hairline density scalp micropigmentation smp fue follicular unit extraction transplant scar camouflage alopecia areata norwood "
    "shaved buzz natural undetectable pigment ink needle realistic thinning crown temple receding bald balding receded donor area "
    "recipient "
    "graft grafts healing session sessions touchup consultation free aftercare fading hair tattoo hairlines strip fut dhi choi implanter "
    "sapphire "
    "robotic prp platelet rich plasma exosome mesotherapy laser cap minoxidil finasteride surgeon certified board trained academy artist "
    "practitioner clinic sterile hygienic licensed insured years experience results portfolio photos before after client clients patient "
    "patients confidence bespoke custom style soft defined edge broken line blend shade colour match skin tone melanin hyperpigmentation "
    "removal correction repair trichologist dermatology anaesthetic painless numbing cream microneedle impression layer dermis follicle "
    "replication texture shadow stubble fullness women female diffuse pattern loss androgenetic burn trauma surgery linear beard eyebrow "
    "afro textured curly asian caucasian grey salt pepper guarantee finance payment plan downtown parking evening weekend private discreet "
    "male friendly ultra refined megasession harvesting overharvested plug shockloss telogen cicatricial lichen traction frontal mature "
    "juvenile design symmetry measurement camera microscope dermoscopy medical history"
)
#: What the trade says in one breath; set into texts, so that phrases name concepts as often as they do in real ones.
PHRASES = ("scar camouflage", "scalp micropigmentation", "hair tattoo", "follicular unit extraction", "hair transplant", "alopecia areata")
#: Words that stand in few texts each: a tenth of a text.
TAIL = 40_000

_ONSETS = _words("b c d f g h k l m n p r s t v z st tr pl gr ch sh")
_VOWELS = _words("a e i o u ai ea io")


@cache
def tail() -> tuple[str, ...]:
    """Return TAIL invented words, the same every time."""
    chance = random.Random(7)
    made: dict[str, None] = {}
    while len(made) < TAIL:
        syllables = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.choice([2, 3, 3, 4])))
        made[syllables + chance.choice(["", "n", "t", "r", "x"])] = None
    return tuple(made)
