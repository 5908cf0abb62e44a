"""The taxonomy codes of NPPES that may have to do with hair, named in our own words; the code set itself is not ours to ship."""

from typing import NamedTuple

from directory.models.profiles import PractitionerKind


class Specialty(NamedTuple):
    """What a code stands for."""

    label: str
    kind: PractitionerKind


_SKIN, _KNIFE = PractitionerKind.DERMATOLOGIST, PractitionerKind.SURGEON

SPECIALTIES = {
    "207N00000X": Specialty("Skin, hair and nails (dermatology)", _SKIN),
    "207ND0101X": Specialty("Skin-cancer surgery layer by layer (Mohs)", _SKIN),
    "207NS0135X": Specialty("Surgery and procedures of the skin", _SKIN),
    "208200000X": Specialty("Plastic surgery", _KNIFE),
    "2082S0099X": Specialty("Plastic surgery, head and neck", _KNIFE),
    "2086S0122X": Specialty("Surgery, plastic and reconstructive", _KNIFE),
    "207Y00000X": Specialty("Ear, nose and throat", _KNIFE),
    "207YS0123X": Specialty("Ear, nose and throat: plastic surgery of the face", _KNIFE),
    "207YX0007X": Specialty("Ear, nose and throat: plastic surgery of head and neck", _KNIFE),
    "207YX0905X": Specialty("Ear, nose and throat together with plastic surgery of the face", _KNIFE),
}


def named(code: str) -> Specialty:
    """Return what a code stands for; of a code that is not ours only the kind of profession, by how it begins."""
    if code in SPECIALTIES:
        return SPECIALTIES[code]
    if code.startswith("20"):
        kind = PractitionerKind.PHYSICIAN
    elif code.startswith(("163W", "164W", "164X", "363L", "364S", "367")):
        kind = PractitionerKind.NURSE
    else:
        kind = PractitionerKind.OTHER
    return Specialty(f"NPPES {code}", kind)
