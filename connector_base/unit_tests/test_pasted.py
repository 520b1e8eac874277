"""Secrets are told apart from what was pasted along with them, and never shown."""

import re
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from connector_base.settings.pasted import WHOLE_SECRET_PATTERN, whole_secret

PASTED: TypeAdapter[str] = TypeAdapter(Annotated[str, whole_secret("Huma")])

BROKEN = [
    "recognisable\n",
    "recognisable\r\n",
    "\nrecognisable",
    " recognisable",
    "recognisable ",
    "recognisable\u00a0",
    "recogni\tsable",
    "recogni\u2013sable",
    "recogni\u2212sable",
    "recogni\u200bsable",
    "recogni\u00adsable",
    "\ufeffrecognisable",
    "recognisable\u2069",
    "rècognisable",
]


@pytest.mark.parametrize("secret", BROKEN)
def test_what_was_pasted_along_with_a_secret_is_told_without_the_secret(secret: str) -> None:
    assert not re.search(WHOLE_SECRET_PATTERN, secret)
    with pytest.raises(ValidationError) as raised:
        PASTED.validate_python(secret)
    [problem] = raised.value.errors(include_input=False)
    assert "copy it from Huma again" in problem["msg"]
    assert "recogn" not in problem["msg"]


@pytest.mark.parametrize("secret", ["a", "a012345678910ABCDEFGH/AbCdEfGhEXAMPLEKEY+==", "8b0b2b9e-6d6f", "~!a b"])
def test_a_secret_is_taken_as_it_is(secret: str) -> None:
    assert re.search(WHOLE_SECRET_PATTERN, secret)
    assert PASTED.validate_python(secret) == secret
