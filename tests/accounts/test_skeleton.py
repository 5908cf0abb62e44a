"""What a name looks like: the table of lookalikes."""

import pytest

from directory.accounts import pseudonyms, rules
from directory.accounts.skeleton import skeleton
from directory.core.errors import Refused

#: A name, and what somebody could pass off as it.
ALIKE = [
    ("Mehmet", "Mеhmet"),  # a Cyrillic e
    ("Mehmet", "МЕНМЕТ"),  # all Cyrillic
    ("Anna", "ΑΝΝΑ"),  # all Greek
    ("Scope", "ѕсоре"),  # all Cyrillic
    ("Ada", "АdА"),  # Cyrillic capitals
    ("Ada", "Ⓐⓓⓐ"),
    ("Ada", "𝐀𝐝𝐚"),
    ("Ada", "𝔸𝕕𝕒"),
    ("Ada", "Ａｄａ"),
    ("Ada", "ᴀᴅᴀ"),
    ("Ada", "🅰🅳🅰"),
    ("Ada", "🇦🇩🇦"),
    ("Ada", "ÁDÀ"),
    ("Ada", "A\u200bd\u200da"),
    ("Ada", "Ad\u00ada"),
    ("Ada", "Ada\u3164"),
    ("Ada", "Ada\ufe0f"),
    ("Ada", "\u202eAda"),
    ("Ada", "a.d-a"),
    ("Ada 7", "Ada 𝟳"),
    ("Ada 7", "ada7"),
    ("Ada 7", "Ada ７"),
    ("Ada 3", "Ada ٣"),
    ("Bob", "ɓob"),
    ("Ilse", "llse"),
    ("Ilse", "1lse"),
    ("Ilse", "ILSE"),
    ("Ilse", "ⅼlse"),
    ("Bo 10", "Bo lO"),
    ("Bo 10", "Bo IO"),
    ("Otto", "0tt0"),
    ("Otto", "ОТТО"),
    ("Marner", "Mamer"),
    ("Carmen", "Carrnen"),
    ("William", "VVilliam"),
    ("Willow", "vviIIovv"),
    ("Strasse", "Straße"),
    ("Lukasz", "Łukasz"),
    ("Soren", "Søren"),
    ("Марта", "МАРТА"),
    ("Нина", "НИНА"),
    ("Наоми", "наоми"),
    ("Никита", "никита"),
    ("Owen W.", "Owen W"),
    ("Quiet Harbour 42", "quietharbour42"),
]

#: Names that the eye tells apart.
APART = [
    ("Ada", "Eda"),
    ("Ada 7", "Ada 1"),
    ("Bo 12", "Bo 13"),
    ("Anna", "Hanna"),
    ("Марта", "Мария"),
    ("José", "Josef"),
    ("日本太郎", "日本次郎"),
    ("Yunus", "Junus"),
    ("Mina", "Nina"),
]

#: What would pass for our staff, or for a title.
STAFF = [
    *("аdmin", "adm1n", "ADMlN", "Adm\u200bin", "a d m i n", "A.d.m.i.n", "4dmin", "ᴀᴅᴍɪɴ", "🅰dmin", "Ada Admin", "admin7"),
    *("m0derator", "Moderat0r", "Ada Moderator", "TheModerator", "rnoderator", "мod"),
    *("hairline team", "Hair line", "Hair\u200bline", "H4irline", "HairlineSupport", "ha1rl1ne", "Haírlïne"),
    *("5taff", "$taff", "Staff", "supp0rt", "Dr. Mеhmet", "Dr Ada", "Pr0f Ada", "0fficial", "VeriFied Ada", "tearn"),
]

#: Names that hold a reserved word only by chance.
FINE = ["Drake", "Adminson", "Teamo", "Modern Art", "Rooter", "Profumo", "Stafford", "Daria", "Editha", "Supporta", "Hair Fan 7", "Lina"]


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_what_looks_alike_has_one_key(name: str, other: str) -> None:
    """Seen to fail with the table of Unicode left out, and with each of the rules of the module's docstring taken out."""
    assert rules.name_key(name) == rules.name_key(other)


@pytest.mark.parametrize(("name", "other"), APART)
def test_what_looks_different_has_two(name: str, other: str) -> None:
    """Seen to fail with all digits made one."""
    assert rules.name_key(name) != rules.name_key(other)


@pytest.mark.parametrize("name", STAFF)
def test_nobody_passes_for_staff(name: str) -> None:
    """Seen to fail with the words compared by their letters alone."""
    with pytest.raises(Refused, match="staff|alphabet"):
        rules.check_name(name)


@pytest.mark.parametrize("name", FINE)
def test_a_word_in_a_word_is_no_title(name: str) -> None:
    """Seen to fail with every reserved word looked for anywhere."""
    rules.check_name(name)


@pytest.mark.parametrize("name", ["Аda", "Adа", "Οdin", "Ⲁda", "Ꭺda", "Կarl", "Иvan"])
def test_alphabets_are_not_mixed(name: str) -> None:
    """Seen to fail with three alphabets known."""
    with pytest.raises(Refused, match="alphabet"):
        rules.check_name(name)


@pytest.mark.parametrize("name", ["やまだ太郎", "ヤマダ 太郎 7", "김철수", "K 太郎", "Марта 7", "Ελένη", "علی ۷", "𝐀da", "Łukasz"])
def test_what_is_written_together_is_taken(name: str) -> None:
    """Seen to fail with kana and kanji counted as two alphabets."""
    rules.check_name(name)


def test_a_skeleton_is_its_own() -> None:
    """Asking again changes nothing. Seen to fail with m written as rn."""
    for name, _other in ALIKE:
        assert skeleton(skeleton(name)) == skeleton(name)


def test_what_is_offered_can_be_taken() -> None:
    """Seen to fail with "Team" among the words, and with two of them alike."""
    offers = {pseudonyms.offer() for _ in range(400)}
    assert len({rules.name_key(name) for name in offers}) == len(offers) > 350
    for name in offers:
        rules.check_name(name)
