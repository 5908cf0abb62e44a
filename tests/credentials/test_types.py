"""The credentials that we know by name, and titles that pretend to be one of them."""

import pytest

from directory.credentials import types
from directory.models.profiles import ProfileKind


def entry(**more: str) -> str:
    values = {
        "code": '"a"',
        "wording": '"A"',
        "issuer": '""',
        "proves_not": '"Nothing."',
        "lookup": '""',
        "months": "12",
        "fits": '["person"]',
        "said": "[]",
        "source": '"https://a.example/"',
        "read_on": "2026-01-01",
    } | more
    return "[[type]]\n" + "\n".join(f"{name} = {value}" for name, value in values.items())


class TestShipped:
    def test_every_one_has_its_source_its_day_and_what_it_does_not_prove(self):
        """T-30. Seen to fail with an entry without `proves_not`."""
        assert len(types.shipped()) >= 18
        for one in types.shipped().values():
            assert one.proves_not.endswith("."), one.code
            assert one.source.startswith("https://"), one.code
            assert one.read_on.year >= 2026, one.code

    def test_a_membership_says_that_it_is_no_certification(self):
        """Seen to fail with the words taken out of the file."""
        assert types.shipped()["ishrs_member"].wording == "Member of the ISHRS (membership, not certification)"
        assert "not certification" in types.shipped()["bahrs_member"].wording
        assert "certifies nobody" in types.shipped()["abms_board"].wording

    def test_a_person_holds_no_accreditation_of_a_hospital(self):
        """Seen to fail with `fits` left out of the question."""
        assert "jci" not in {one.code for one in types.fitting(ProfileKind.PRACTITIONER)}
        assert "jci" in {one.code for one in types.fitting(ProfileKind.PRACTICE)}
        assert "abhrs_diplomate" not in {one.code for one in types.fitting(ProfileKind.PRACTICE)}

    def test_what_only_another_country_gives_comes_last_and_stays_there_to_be_chosen(self):
        """Seen to fail with the order of the file, and with what another country gives left out."""
        everything, practice = {one.code for one in types.fitting(ProfileKind.PRACTICE)}, ProfileKind.PRACTICE
        last = [one.code for one in types.fitting(practice, {"CA"})][-2:]
        assert set(last) == {"npi_number", "health_tourism"}
        assert [one.code for one in types.fitting(practice, {"CA", "TR"})][-1] == "npi_number"
        assert types.fitting(practice, {"US"})[-1].code == "health_tourism"
        assert [one.code for one in types.fitting(practice)] == [one.code for one in types.shipped().values() if one.code in everything]
        assert {one.code for one in types.fitting(practice, {"CA"})} == everything


class TestParse:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"code": '"other"'},
            {"source": '""'},
            {"source": '"http://a.example/"'},
            {"lookup": '"javascript:alert(1)"'},
            {"fits": "[]"},
            {"months": "0"},
            {"proves_not": '""'},
        ],
    )
    def test_what_is_not_whole_is_refused(self, wrong):
        """Seen to fail with each check taken out."""
        assert types.parse(entry())["a"].wording == "A"
        with pytest.raises(types.BrokenTypes):
            types.parse(entry(**wrong))

    def test_a_code_stands_once(self):
        """Seen to fail with the last one winning."""
        with pytest.raises(types.BrokenTypes):
            types.parse(entry() + "\n" + entry())


class TestMeant:
    @pytest.mark.parametrize(
        ("title", "code"),
        [
            ("ABHRS diplomate", "abhrs_diplomate"),
            ("a.b.h.r.s. diplomate", "abhrs_diplomate"),
            ("A B H R S diplomate", "abhrs_diplomate"),
            ("\u0410BHRS diplomate", "abhrs_diplomate"),  # a Cyrillic A
            ("Certified member, ISHRS", "ishrs_member"),
            ("Double board-certified surgeon", "abms_board"),
            ("JCI gold seal", "jci"),
            ("Holder of an NPI", "npi_number"),
            ("ISO 9001:2015", "iso_9001"),
            ("SPCP/CPCP", "spcp_cpcp"),
        ],
    )
    def test_a_title_that_means_a_known_one_is_known(self, title, code):
        """Seen to fail with the letters compared as typed."""
        found = types.meant(title)
        assert found is not None
        assert found.code == code

    @pytest.mark.parametrize(
        "title", ["Winner of the Sample Prize", "Fellowship in plastic surgery", "First aid", "Scalp pigment course", ""]
    )
    def test_other_titles_mean_none(self, title):
        """Seen to fail with three letters looked for inside of words: "in plastic" holds an NPI."""
        assert types.meant(title) is None
