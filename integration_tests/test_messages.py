"""Every sentence an administrator may get stands in one table, says what to do, and has no word of a library in it."""

import re

import pytest

from destination_xledger.config import Config, connection_specification
from integration_tests.messages import Message, messages
from source_huma import SourceHuma

ENDINGS = (
    "the administrator changes something",
    "it passes, and the next sync may succeed",
    "a developer mends it",
    "how a request to Huma ends",
)

ADVICE = re.compile(
    r"\b(check|correct|enter|run (it|the sync)|try|report|ask|give|make|set|let|choose|grant|look|write|leave|paste|put"
    r"|select|restore|turn on|name one|change|the next sync|lower)\b",
    re.IGNORECASE,
)

ENDS_ELSEWHERE = ("[remedy]", "[join]")
"""What to do comes with what is put in."""

JARGON = re.compile(
    r"\b(traceback|stack|payload|introspection|exception|errno|timeout|urllib3|requests\.|pydantic|jsonschema|botocore|dict"
    r"|tuple|boolean|integer|instance of|NoneType|HTTPSConnectionPool)\b",
    re.IGNORECASE,
)

SAID = messages()


@pytest.mark.parametrize(
    "part",
    [
        "Huma cannot be reached at",
        "Xledger does not answer at its API address",
        "is shorter than",
        "the name [host] is not known here",
        "was rejected",
        "Waiting [upcoming sleep] seconds for Xledger",
        "Another sync of this connection is still running",
        "Huma's API key has no right to list users",
        "There is no employment ID to create an employee under",
    ],
)
def test_sentences_are_found_wherever_they_are_written(part: str) -> None:
    """In calls, in tables, in the manifest; of both connectors, of the host and of what they stand on."""
    assert any(part in message.text for message in SAID)


@pytest.mark.parametrize(
    "message", [message for message in SAID if message.kind in ENDINGS], ids=lambda said: said.text
)
def test_whatever_ends_a_sync_says_what_to_do(message: Message) -> None:
    assert ADVICE.search(message.text) or message.text.endswith(ENDS_ELSEWHERE)


def test_no_sentence_has_a_word_in_it_that_only_developers_know() -> None:
    assert [message for message in SAID if JARGON.search(message.text)] == []


def test_settings_are_named_by_their_titles() -> None:
    """The key stands behind the title, in brackets, for whoever writes the file by hand."""
    of_huma = SourceHuma().spec(None).connectionSpecification["properties"]  # type: ignore[arg-type]
    keys = [key for key in {*Config.model_fields, *of_huma} if "_" in key]
    bare = re.compile(rf"(?<![(\w])({'|'.join(keys)})(?![)\w])")
    assert [message for message in SAID if bare.search(message.text)] == []
    assert connection_specification()["properties"].keys() == Config.model_fields.keys()
