"""The taxonomy in the database."""

import pytest

from directory.core.errors import NotFound
from directory.models.treatments import Treatment
from directory.treatments import queries, rules, service


class TestSync:
    def test_the_table_says_what_the_file_says(self, session):
        assert service.sync(session) == len(rules.shipped())
        assert [row.code for row in queries.all_(session)] == [node.code for node in rules.shipped()]

    def test_the_second_time_changes_nothing(self, session):
        """Seen to fail: comparing synonyms as tuple with list made every row "changed"."""
        service.sync(session)
        assert service.sync(session) == 0

    def test_a_changed_row_is_mended_and_an_unknown_one_kept(self, session, make):
        make.treatment("smp", label="Old words", synonyms=[])
        make.treatment("leeches", label="Leeches", position=99)
        service.sync(session)
        assert queries.by_code(session, "smp").label == "Scalp micropigmentation"
        assert queries.by_code(session, "leeches").label == "Leeches"


class TestQueries:
    def test_what_stands_below_comes_with_it(self, session):
        """Seen to fail: without the growing list the grandchildren (fue-robotic) are missing."""
        service.sync(session)
        codes = [row.code for row in queries.with_below(session, "hair-transplant")]
        assert codes[0] == "hair-transplant"
        assert {"fue", "fue-robotic", "bht"} <= set(codes)
        assert not {code for code in codes if code.startswith("smp")}

    def test_choices_leave_the_adjuncts_out(self, session):
        service.sync(session)
        codes = [code for code, _label in queries.choices(session)]
        assert "fut" in codes
        assert "minoxidil" not in codes

    def test_an_unknown_code_is_not_found(self, session):
        with pytest.raises(NotFound):
            queries.by_code(session, "leeches")


def test_words_lead_to_their_treatment():
    row = Treatment(code="smp", label="Scalp micropigmentation", family="smp", synonyms=["Hair Tattoo"])
    assert rules.words([row])["hair tattoo"] is row
