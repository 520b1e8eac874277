"""Who is found: the same person whatever the spelling of a key."""

import unicodedata

import pytest

from connector_base.people.directory import Directory, MatchingKey
from shared_mappings import Options, desired_from_user, field_table
from shared_mappings.normal_forms import normalised_email, normalised_key

NFC, NFD = (lambda text: unicodedata.normalize("NFC", text)), (lambda text: unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("E1 ", "E1"),
        ("E1", "E1\u00a0"),
        ("E\u200b1", "E1\u202c"),
        (NFD("Å1"), NFC("Å1")),
        (417, "417"),
        (417.0, "417"),
    ],
)
def test_somebody_is_found_by_a_code_however_either_side_holds_it(ours: object, theirs: str) -> None:
    directory: Directory[str] = Directory(by_code={normalised_key(theirs): frozenset({"11"})})
    desired = desired_from_user({"id": "1", "employmentId": ours}, field_table(), Options())
    assert directory.candidates(desired, [MatchingKey.EMPLOYMENT_ID]) == {"11"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Kari@Example.com ", "kari@example.COM"),
        (NFD("åse@blåbær.no"), NFC("Åse@blåbær.no")),
        (NFD("åse@blåbær.no"), NFD("åse@blåbær.no")),
        ("kari@blåbær.no", "KARI@xn--blbr-roah.no\u200b"),
    ],
)
def test_somebody_is_found_by_an_address_however_either_side_holds_it(ours: str, theirs: str) -> None:
    directory: Directory[str] = Directory(by_email={normalised_email(theirs): frozenset({"11"})})
    desired = desired_from_user({"id": "1", "email": ours}, field_table(), Options())
    assert directory.candidates(desired, [MatchingKey.EMAIL]) == {"11"}
