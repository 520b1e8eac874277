"""Whether a webhook is Huma's."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huma_xledger.listen_settings import ListenSettings
from huma_xledger.receiving.signature import Genuine, decoded, genuine

SECRET = "æ secret of Huma's"
TOKEN = "a-token.of~Huma+s/="
BODY = b'{"topic": "users-update"}'
SIGNED = hmac.digest(SECRET.encode(), BODY, hashlib.sha256)
ALONE, BOTH = ListenSettings(SECRET), ListenSettings(SECRET, TOKEN)


def ways_to_write(signature: bytes) -> list[str]:
    standard, of_addresses = base64.b64encode(signature).decode(), base64.urlsafe_b64encode(signature).decode()
    texts = [signature.hex(), signature.hex().upper(), standard, of_addresses]
    texts += [text.rstrip("=") for text in texts]
    return [*texts, *(f"sha256={text}" for text in texts), *(f"SHA256={text}" for text in texts), f" {texts[0]}\t"]


@given(st.binary(min_size=32, max_size=32))
def test_a_signature_is_understood_however_it_is_written(signature: bytes) -> None:
    assert {decoded(text) for text in ways_to_write(signature)} == {signature}


@pytest.mark.parametrize(
    "text",
    [
        *("", "sha256=", "=", "é", "٣" * 64, "0" * 63, "0" * 65, "0" * 128, "g" * 64, "+" * 42, "0x" + "0" * 62),
        *(SIGNED.hex() + ", " + SIGNED.hex(), SIGNED.hex()[:32] + " " + SIGNED.hex()[32:], f"sha1={SIGNED.hex()}"),
        *(base64.b64encode(SIGNED + b"0").decode(), base64.b64encode(SIGNED[:31]).decode(), SIGNED.hex() + "\n"),
        *(
            base64.b64encode(SIGNED).decode() + "=",
            base64.b64encode(SIGNED).decode() + "\n",
            "sha256=sha256=" + "0" * 64,
        ),
    ],
)
def test_nothing_else_is_a_signature(text: str) -> None:
    assert decoded(text) is None


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_whatever_stands_in_a_header_is_a_signature_of_its_size_or_none(text: str) -> None:
    signature = decoded(text)
    assert signature is None or len(signature) == 32


@pytest.mark.parametrize("text", ways_to_write(SIGNED))
def test_what_the_secret_signs_is_humas(text: str) -> None:
    assert genuine(ALONE, BODY, [text], []) == Genuine(signed=True, by_secret=True, by_token=True)


@pytest.mark.parametrize(
    ("body", "signatures", "signed"),
    [
        (BODY, [], False),
        (BODY, [""], False),
        (BODY, ["none"], False),
        (BODY, [SIGNED.hex(), SIGNED.hex()], False),
        (BODY, ["", SIGNED.hex()], False),
        (BODY + b" ", [SIGNED.hex()], True),
        (b"", [SIGNED.hex()], True),
        (BODY, ["0" * 64], True),
        (BODY, [hmac.digest(b"", BODY, "sha256").hex()], True),
        (BODY, [hashlib.sha256(BODY).hexdigest()], True),
        (BODY, [hmac.digest(SECRET.encode("latin-1"), BODY, "sha256").hex()], True),
    ],
)
def test_whatever_the_secret_does_not_sign_is_not(body: bytes, signatures: list[str], signed: bool) -> None:
    assert genuine(ALONE, body, signatures, []) == Genuine(signed=signed, by_secret=False, by_token=True)


@given(st.binary(), st.binary(min_size=32, max_size=32))
def test_no_body_is_humas_by_a_signature_of_chance(body: bytes, signature: bytes) -> None:
    assert not genuine(ALONE, body, [signature.hex()], []).by_secret


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_the_token_is_asked_for_where_one_is_set(header: str) -> None:
    assert genuine(BOTH, BODY, [SIGNED.hex()], [header]) == Genuine(signed=True, by_secret=True, by_token=True)


@pytest.mark.parametrize(
    "headers",
    [
        *(
            [],
            [""],
            ["Bearer"],
            ["Bearer "],
            [TOKEN],
            [f"Basic {TOKEN}"],
            [f"Bearer {TOKEN}x"],
            [f"Bearer {TOKEN[:-1]}"],
        ),
        *(
            [f"Bearer {TOKEN}"] * 2,
            ["", f"Bearer {TOKEN}"],
            [f"Bearer {TOKEN} {TOKEN}"],
            ["Bearer é"],
            [f"Bearer{TOKEN}"],
        ),
    ],
)
def test_no_other_token_will_do(headers: list[str]) -> None:
    assert genuine(BOTH, BODY, [SIGNED.hex()], headers) == Genuine(signed=True, by_secret=True, by_token=False)


def test_a_token_may_have_letters_that_no_header_has() -> None:
    """A header is bytes, and whoever sends such a token sends it in UTF-8."""
    settings = ListenSettings(SECRET, "tøken")
    header = "Bearer tøken".encode().decode("latin-1")
    assert genuine(settings, BODY, [SIGNED.hex()], [header]).by_token
    assert not genuine(settings, BODY, [SIGNED.hex()], ["Bearer tøken"]).by_token


def test_no_token_is_the_empty_one() -> None:
    for headers in ([], [""], ["Bearer "], ["Bearer x"]):
        assert not genuine(ListenSettings(SECRET, ""), BODY, [SIGNED.hex()], headers).by_token


def test_the_same_is_compared_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody who measures how long it takes learns which of the two was right, or how much of it."""
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def noted(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return compare(a, b)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    seen = set()
    for signatures in ([], ["x"], ["0" * 64], [SIGNED.hex()]):
        for headers in ([], ["Bearer x"], [f"Bearer {TOKEN}"]):
            genuine(BOTH, BODY, signatures, headers)
            seen.add(tuple(compared))
            compared.clear()
    assert seen == {((32, 32), (32, 32))}
