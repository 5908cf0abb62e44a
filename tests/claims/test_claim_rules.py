"""What proves what, what may follow on what, and what is enough."""

from datetime import timedelta
from itertools import combinations

import pytest

from directory.claims import rules
from directory.claims.rules import PROVES, Proves, Verdict
from directory.core import clock
from directory.models.claims import HOLDING, OPEN, Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus


def proof(method: ProofMethod, *, status: ProofStatus = ProofStatus.PROVED, is_listed: bool = True) -> ClaimProof:
    return ClaimProof(claim_id=1, method=method, subject="x", status=status, is_listed=is_listed, created_at=clock.now())


class TestDecides:
    @pytest.mark.parametrize(("one", "other"), list(combinations(ProofMethod, 2)))
    def test_two_that_prove_different_things_approve_and_no_other_two(self, one: ProofMethod, other: ProofMethod) -> None:
        """Seen to fail with proofs counted in place of kinds, and with the number of a register taken for a proof."""
        kinds = {PROVES[one], PROVES[other]} - {None}
        assert (rules.decides([proof(one), proof(other)]) is Verdict.APPROVE) is (len(kinds) == 2)

    def test_all_that_show_the_website_are_one(self) -> None:
        """Whoever has the domain has its mail. Seen to fail with e-mail as a kind of its own."""
        same = [method for method, kind in PROVES.items() if kind is Proves.DOMAIN]
        assert len(same) == 4
        assert rules.decides([proof(method) for method in same]) is Verdict.REVIEW

    @pytest.mark.parametrize("status", [status for status in ProofStatus if status is not ProofStatus.PROVED])
    def test_what_is_not_proved_counts_for_nothing(self, status: ProofStatus) -> None:
        """Seen to fail without asking for the state."""
        assert rules.decides([proof(ProofMethod.DNS_TXT), proof(ProofMethod.PHONE_CODE, status=status)]) is Verdict.REVIEW

    def test_what_only_the_claimant_named_counts_for_nothing(self) -> None:
        """Seen to fail without asking whether it is listed."""
        assert rules.decides([proof(ProofMethod.DNS_TXT), proof(ProofMethod.PHONE_CODE, is_listed=False)]) is Verdict.REVIEW
        assert rules.decides([]) is Verdict.REVIEW

    def test_every_way_stands_in_the_table(self) -> None:
        assert set(PROVES) == set(ProofMethod)
        assert set(rules.BY_CODE) | set(rules.BY_TOKEN) | set(rules.BY_DOCUMENT) | {ProofMethod.REGISTRY_MATCH} == set(ProofMethod)


class TestStates:
    @pytest.mark.parametrize("end", [status for status in ClaimStatus if status not in (*OPEN, *HOLDING)])
    def test_an_end_is_an_end(self, end: ClaimStatus) -> None:
        """Seen to fail with a way back from DENIED."""
        assert not any(rules.may_follow(end, status) for status in ClaimStatus)

    def test_a_profile_is_handed_over_after_a_proof_or_a_look_alone(self) -> None:
        before = {status for status in ClaimStatus if rules.may_follow(status, ClaimStatus.APPROVED)}
        assert before == {ClaimStatus.PROOF_RECEIVED, ClaimStatus.IN_REVIEW, ClaimStatus.CONTESTED}

    def test_what_waits_for_us_never_runs_out(self) -> None:
        before = {status for status in ClaimStatus if rules.may_follow(status, ClaimStatus.EXPIRED)}
        assert before == set(rules.RUNS_OUT) == set(OPEN) - {ClaimStatus.IN_REVIEW}


class TestContest:
    def test_the_week_begins_when_both_are_there(self) -> None:
        """Seen to fail with the day of the claim alone: an owner of yesterday would have had no week."""
        now = clock.now()
        values = {"profile_id": 1, "user_id": 1, "updated_at": now, "expires_at": now}
        claim = Claim(created_at=now - timedelta(days=20), **values)
        holder = Claim(created_at=now - timedelta(days=9), decided_at=now - timedelta(days=1), **values)
        assert rules.may_contest_from(claim, holder) == now + timedelta(days=6)
        assert rules.may_contest_from(holder, claim) == now - timedelta(days=2)


class TestSites:
    @pytest.mark.parametrize(
        "typed",
        ["https://studio.example", "http://studio.example/", "https://www.Studio.example", "studio.example", "https://studio.example./"],
    )
    def test_one_website_has_many_spellings(self, typed: str) -> None:
        """Seen to fail with the two compared as they are written."""
        assert rules.same_site(typed, ["https://other.example", "https://www.studio.example/"]) == "https://www.studio.example/"

    @pytest.mark.parametrize(
        "typed",
        [
            "https://studio.example.evil.example",
            "https://evil.example/studio.example",
            "https://studio.example@evil.example",
            "",
            "//",
            "http:",
        ],
    )
    def test_another_is_another(self, typed: str) -> None:
        """Seen to fail with a host that only begins alike."""
        assert rules.same_site(typed, ["https://studio.example"]) == ""

    def test_on_a_shared_host_the_path_is_part_of_it(self) -> None:
        """Seen to fail with hosts compared alone."""
        assert rules.same_site("https://social.example/eve", ["https://social.example/ada"]) == ""

    def test_a_number_is_its_letters_and_digits(self) -> None:
        assert rules.same_number(" 12-345 ab ") == rules.same_number("12345AB")
