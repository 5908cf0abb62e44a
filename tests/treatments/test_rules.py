"""The shipped taxonomy, and what its file may not say."""

import pytest

from directory.models.treatments import TreatmentFamily
from directory.treatments import rules

SMP = '[[treatment]]\ncode = "smp"\nfamily = "smp"\nlabel = "Scalp micropigmentation"\nsynonyms = ["hair tattoo"]\n'


class TestShipped:
    def test_the_codes_that_stand_in_addresses_are_there(self):
        """Seen to fail: renaming `smp-scar` in the file."""
        codes = {node.code for node in rules.shipped()}
        wanted = "smp smp-full smp-density smp-hairline smp-scar smp-alopecia smp-beard smp-trico smp-touch-up smp-correction smp-removal"
        assert codes >= {*wanted.split(), "hair-transplant", "fue", "fut", "dhi", "bht", "prp"}

    def test_each_family_is_there(self):
        assert {node.family for node in rules.shipped()} == set(TreatmentFamily)


class TestParse:
    @pytest.mark.parametrize(
        ("more", "why"),
        [
            (SMP, "stands twice"),
            ('[[treatment]]\ncode = "x"\nfamily = "smp"\nlabel = "X"\nparent = "y"\n', "needs y"),
            ('[[treatment]]\ncode = "x"\nfamily = "adjunct"\nlabel = "X"\nparent = "smp"\n', "of its own family"),
            ('[[treatment]]\ncode = "x"\nfamily = "smp"\nlabel = "Hair Tattoo"\n', "stands for smp and for x"),
        ],
    )
    def test_a_contradiction_is_named(self, more, why):
        """Seen to fail: each check taken out of `parse`."""
        with pytest.raises(rules.BrokenTaxonomy, match=why):
            rules.parse(SMP + more)
