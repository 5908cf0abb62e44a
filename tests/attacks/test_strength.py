"""How hard what opens an account is to guess: passwords that others had, codes, seeds, and the keys of passkeys."""

import base64
import json
import math
from random import SystemRandom

import cbor2
import pyotp
import pytest
from sqlmodel import Session
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from directory.accounts import passkeys, recovery, rules, totp
from directory.core import seal
from directory.core.errors import Refused
from tests.accounts.authenticator import ORIGIN, RP_ID, Authenticator, raw, text
from tests.factories import SECRET_KEY, Make

SITE = passkeys.Site(RP_ID, ORIGIN, "Hairline")


def taken(password: str) -> bool:
    try:
        rules.check_password(password, email="q.w@patients.example", name="Zoë 9")
    except Refused:
        return False
    return True


def test_none_of_the_3_000_most_used_passwords_is_taken() -> None:
    """And of the rest of those that were stolen and published, each tenth. Seen to fail with a guess of 100,000 called enough (score 1)."""
    known = [one for one in FREQUENCY_LISTS["passwords"] if rules.MIN_PASSWORD <= len(one) <= rules.MAX_PASSWORD]
    assert len(known) > 10_000
    assert taken("xK9$mQ2z"), "one that nobody had"
    assert [one for one in known[:3000] + known[3000::10] if taken(one)] == []


class TestRandom:
    def test_recovery_codes_hold_enough_bits(self) -> None:
        """All signs of the alphabet come, and no code twice. Seen to fail with a shorter alphabet written into `make`."""
        assert recovery.LENGTH * math.log2(len(recovery.ALPHABET)) >= 40
        codes = [recovery.read(code) for _turn in range(50) for code in recovery.make()]
        assert len(set(codes)) == len(codes)
        assert {len(code) for code in codes} == {recovery.LENGTH}
        counts = {sign: sum(code.count(sign) for code in codes) for sign in recovery.ALPHABET}
        assert sum(counts.values()) == len(codes) * recovery.LENGTH
        assert min(counts.values()) > 0.5 * sum(counts.values()) / len(counts)

    def test_seeds_of_apps_are_160_bits_of_the_system(self, session: Session, make: Make) -> None:
        """Kept sealed, another one each time. Seen to fail with the seed made of the account's number."""
        assert isinstance(pyotp.random, SystemRandom)  # type: ignore[attr-defined]
        ada, seeds = make.user(), set()
        for _turn in range(20):
            totp.begin(session, user_id=ada.id, key=SECRET_KEY)
            device = totp.device(session, ada.id)
            assert device is not None
            seeds.add(base64.b32decode(seal.unseal(device.sealed_secret, purpose=f"totp:{ada.id}", key=SECRET_KEY)))
        assert len(seeds) == 20
        assert {len(seed) for seed in seeds} == {20}


class TestKeys:
    @pytest.mark.parametrize("algorithm", [-7, -35, -47, -65535], ids=["ES256", "ES384", "ES256K", "SHA-1"])
    def test_a_key_of_another_kind_is_not_taken(self, algorithm: int) -> None:
        """Only what was offered is: the first one. Seen to fail with the library's list made longer by each of them."""
        challenge = passkeys.new_challenge()
        made = Authenticator().make({"user": {"id": text(b"ada")}, "challenge": challenge})
        whole = cbor2.loads(raw(made["response"]["attestationObject"]))
        # The hash of the site, flags, count, device, length and id of the key: 32 + 1 + 4 + 16 + 2 + 16.
        head, key = whole["authData"][:71], cbor2.loads(whole["authData"][71:])
        assert key[3] == -7
        whole["authData"] = head + cbor2.dumps(key | {3: algorithm})
        made["response"]["attestationObject"] = text(cbor2.dumps(whole))
        if algorithm == -7:
            assert passkeys.check_made(SITE, made, challenge=challenge)
        else:
            with pytest.raises(Refused):
                passkeys.check_made(SITE, made, challenge=challenge)

    def test_what_is_offered_is_signed_with_sha_256_or_better(self, make: Make) -> None:
        """EdDSA, ECDSA with SHA-256, RSA with SHA-256. Seen to fail with SHA-1 (-65535) offered."""
        offered = passkeys.creation_options(
            SITE, user=make.user(), handle=passkeys.new_challenge(), challenge=passkeys.new_challenge(), existing=()
        )
        kinds = {one["alg"] for one in json.loads(offered)["pubKeyCredParams"]}
        assert kinds == {-8, -7, -257}
