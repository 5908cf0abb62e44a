"""What the law asks where, and when a page contradicts it."""

from datetime import date

import pytest

from directory.jurisdictions import rules, shelf
from directory.jurisdictions.rules import Finding, Says, Verdict, Why
from directory.models.disclosures import PerformedBy
from directory.models.profiles import PractitionerKind as Kind
from directory.models.treatments import TreatmentFamily as Family

CHARLESTON = "us/south-carolina/charleston"


def says(place=CHARLESTON, *, families=(Family.SMP,), kind=Kind.SMP_ARTIST, at_clinic=False, hands=None, checked=()) -> Says:
    return Says(place=place, families=families, kind=kind, at_clinic=at_clinic, hands=hands or {}, checked=checked)


def found(said: Says) -> Finding:
    (one,) = shelf.findings(said)
    return one


def rule(place: str) -> rules.Rule:
    source = (("a", "https://a.example"),)
    return rules.Rule(place, Family.SMP, rules.WhoMay.ANYONE, "", None, (), frozenset(), "x", source, "", date.min, "")


class TestSouthCarolina:
    def test_an_smp_artist_who_names_no_physician_contradicts_the_law(self):
        """T-31. Seen to fail with every conflict called unknown."""
        one = found(says())
        assert (one.verdict, one.why) == (Verdict.CONFLICTS, Why.OTHER_PROFESSION)
        assert found(says(families=())).verdict is Verdict.CONFLICTS, "an SMP artist does SMP, whether or not it is listed"

    def test_at_a_clinic_a_physician_may_have_delegated_it(self):
        """Seen to fail with the profession alone."""
        assert found(says(at_clinic=True)) == Finding(found(says()).rule, Verdict.UNKNOWN, Why.AT_A_CLINIC)

    @pytest.mark.parametrize("kind", [None, Kind.NURSE, Kind.SURGEON, Kind.OTHER])
    def test_whoever_is_not_clearly_left_out_is_not_accused(self, kind):
        """Seen to fail with everybody but a physician in conflict: a practice, a nurse, a profession that we do not know."""
        assert found(says(kind=kind)).verdict is Verdict.UNKNOWN

    def test_a_physician_meets_it_only_once_the_licence_is_checked(self):
        """Seen to fail with the profession as a register has it taken for proof."""
        assert found(says(kind=Kind.PHYSICIAN)).why is Why.NOT_PROVED
        assert found(says(kind=Kind.PHYSICIAN, checked={"school_certificate"})).why is Why.NOT_PROVED
        assert found(says(kind=Kind.PHYSICIAN, checked={"medical_licence"})).verdict is Verdict.MEETS

    def test_a_checked_course_changes_nothing(self):
        """Seen to fail with any credential taken for proof."""
        assert found(says(checked={"school_certificate", "artist_licence"})).verdict is Verdict.CONFLICTS

    def test_the_border_is_a_border(self):
        """Seen to fail with `startswith` of the bare path."""
        assert shelf.findings(says("us/south-carolina-2/x")) == ()
        assert shelf.findings(says("")) == ()


class TestSteps:
    def test_a_technician_who_cuts_contradicts_the_rule_of_california(self):
        """Seen to fail with the steps left out of the question."""
        here = {"place": "us/california/los-angeles", "families": (Family.TRANSPLANT,), "kind": Kind.SURGEON}
        assert found(says(**here, hands={"sites": PerformedBy.TECHNICIAN})).why is Why.OTHER_HANDS
        assert found(says(**here, hands={"implantation": PerformedBy.TECHNICIAN})).verdict is Verdict.UNKNOWN
        for hands in (PerformedBy.NURSE, PerformedBy.VARIES, PerformedBy.PHYSICIAN, None):
            assert found(says(**here, hands={"sites": hands})).verdict is Verdict.UNKNOWN

    def test_in_turkey_a_nurse_may_collect_and_not_cut(self):
        """Seen to fail with one list of hands for all rules."""
        here = {"place": "tr/istanbul", "families": (Family.TRANSPLANT,), "kind": None}
        assert found(says(**here, hands={"sites": PerformedBy.NURSE})).verdict is Verdict.CONFLICTS
        assert found(says(**here, hands={"extraction": PerformedBy.NURSE})).verdict is Verdict.UNKNOWN


class TestOthers:
    def test_where_no_licence_of_the_person_is_asked_for_nothing_is_said_to_fit(self):
        """Nothing was checked. Seen to fail with MEETS."""
        assert found(says("ca/ontario/toronto")) == Finding(found(says("ca/ontario/ottawa")).rule, Verdict.NOT_ASKED, Why.ANYONE)
        here = found(says("us/illinois/chicago"))
        assert here.verdict is Verdict.NOT_ASKED
        proved = found(says("us/illinois/chicago", checked={"studio_permit"}))
        assert (proved.verdict, proved.why) == (Verdict.MEETS, Why.PROVED), "the permit of the place was checked"

    def test_only_what_was_checked_meets_a_rule(self):
        """Seen to fail with MEETS for whoever needs no licence."""
        for one in shelf.shipped():
            for kind in (None, *Kind):
                said = says(f"{one.place}/x", families=(one.family,), kind=kind)
                assert all(found.verdict is not Verdict.MEETS for found in shelf.findings(said)), one.place

    def test_what_we_have_not_read_is_said(self):
        """Seen to fail without surgeons, who need name no treatment, and with what goes with the treatments counted."""
        assert shelf.unread(says("ca/ontario/toronto", kind=Kind.SURGEON, families=())) == [Family.TRANSPLANT]
        assert shelf.unread(says("ca/ontario/toronto", kind=None, families=(Family.SMP, Family.TRANSPLANT))) == [Family.TRANSPLANT]
        assert shelf.unread(says("tr/istanbul", kind=Kind.SMP_ARTIST, families=())) == [Family.SMP]
        assert shelf.unread(says("us/california/los-angeles", kind=Kind.SURGEON, families=())) == []
        assert shelf.unread(says("fr/x", kind=None, families=(Family.ADJUNCT,))) == []
        assert shelf.unread(says("", kind=Kind.SURGEON)) == []

    def test_a_town_s_note_stands_in_that_town_alone(self):
        """Mississauga was told of Toronto's register. Seen to fail with the note at the whole of Ontario."""
        assert "BodySafe" in " ".join(found(says("ca/ontario/toronto")).rule.notes("ca/ontario/toronto"))
        assert "BodySafe" not in " ".join(found(says("ca/ontario/mississauga")).rule.notes("ca/ontario/mississauga"))
        assert "BodySafe" not in " ".join(found(says("ca/ontario/toronto")).rule.notes("ca/ontario/toronto-2"))

    def test_a_body_artist_s_rule_is_contradicted_by_nobody(self):
        """Seen to fail with physicians in conflict: they are exempt."""
        for kind in (None, *Kind):
            assert found(says("gb/wales/cardiff", kind=kind)).verdict is Verdict.UNKNOWN

    def test_a_city_s_rule_goes_before_that_of_its_state(self):
        """Seen to fail with the first in the file."""
        state, city = (rule(place) for place in ("us/new-york", "us/new-york/new-york-city"))
        assert rules.applying([city, state], says("us/new-york/new-york-city")) == [city]
        assert rules.applying([state, city], says("us/new-york/new-york-city")) == [city]
        assert rules.applying([city, state], says("us/new-york/albany")) == [state]


class TestShipped:
    def test_each_rule_names_its_sources_and_its_day(self):
        """Seen to fail with an entry without a source."""
        assert len(shelf.shipped()) >= 15
        assert all(rule.sources and rule.checked_on.year >= 2026 and rule.says.endswith(".") for rule in shelf.shipped())

    def test_every_reason_has_its_sentence(self):
        """Seen to fail with a word added alone."""
        assert set(rules.WHY) == set(Why)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('url = "https', 'url = "ftp'),
            ("sites", "anaesthesia"),
            ('who_may = "delegate"', 'who_may = "nobody"'),
            ('says = "Only', 'says = "" # '),
            ('note = ""', 'note = ""\nlocal = [{ place = "gb/x", note = "x" }]'),
        ],
    )
    def test_a_broken_file_is_refused(self, old, new):
        """Seen to fail with each check taken out."""
        good = (
            '[[rule]]\nplace = "tr"\nfamily = "transplant"\nwho_may = "delegate"\ntasks = ["sites"]\nlicence = ""\nproof = []\n'
            'says = "Only some."\nsources = [{ name = "A", url = "https://a.example" }]\ntext_of = ""\nchecked_on = 2026-01-01\nnote = ""\n'
        )
        assert len(shelf.parse(good)) == 1
        with pytest.raises(ValueError):  # noqa: PT011  (of either kind)
            shelf.parse(good.replace(old, new))
        with pytest.raises(shelf.BrokenRules):
            shelf.parse(good + good)
