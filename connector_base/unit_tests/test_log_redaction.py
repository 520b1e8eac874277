"""Of what libraries log, only the place passes; what this connector logs passes as it is."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from connector_base.log_redaction import LEFT_OUT, MessageHandler, RedactingFormatter

OWN = "airbyte.a_connector"
MARK = "Kari-Nordmann-15108695088"
FOREIGN = [
    "urllib3.connectionpool",
    "botocore.hooks",
    "airbyte",
    "airbyte_cdk.sources",
    "root",
    f"{OWN}_of_another",
    OWN,
]


@pytest.fixture(autouse=True)
def no_secrets() -> Iterator[None]:
    yield
    update_secrets([])


def formatted(name: str, text: object, *args: object, level: int = logging.INFO, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, level, __file__, 7, text, args, more.pop("exc_info", None))
    record.__dict__.update(more)
    message: dict[str, Any] = json.loads(RedactingFormatter(["a_connector"]).format(record))
    assert message["type"] == "LOG"
    log: dict[str, Any] = message["log"]
    return log


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
@pytest.mark.parametrize("name", FOREIGN)
def test_arguments_and_attachments_of_a_library_stay_behind(name: str, level: int) -> None:
    log = formatted(name, "Body of %s", MARK, level=level, body=MARK, response={"text": MARK}, stack_info=MARK)
    assert log["message"] == f"{name}: {LEFT_OUT} (test_log_redaction.py:7)"
    assert log["level"] == AirbyteLogFormatter.level_mapping[level].value
    assert MARK not in str(log)


def test_a_line_by_itself_holds_what_the_message_would() -> None:
    formatter = RedactingFormatter(["a_connector"])
    update_secrets([MARK])
    own = logging.LogRecord(f"{OWN}.part", logging.INFO, __file__, 7, "Taken: %s.", (MARK,), None)
    foreign = logging.LogRecord("urllib3", logging.INFO, __file__, 7, "Taken: %s.", (MARK,), None)
    assert formatter.text(own) == "Taken: ****."
    assert formatter.text(foreign) == f"urllib3: {LEFT_OUT} (test_log_redaction.py:7)"
    assert (formatter.is_told(own), formatter.is_told(foreign)) == (True, False)


@pytest.mark.parametrize(
    "text", [f"Body of {MARK}", MARK[:4] + "-", {"body": MARK}, ValueError(MARK), f"{MARK} %s"], ids=repr
)
@pytest.mark.parametrize("name", FOREIGN)
def test_the_text_of_a_library_stays_behind(name: str, text: object) -> None:
    assert formatted(name, text, "x")["message"] == f"{name}: {LEFT_OUT} (test_log_redaction.py:7)"


@pytest.mark.parametrize(
    ("name", "level", "wanted", "told"),
    [
        (f"{OWN}.client", logging.INFO, logging.INFO, True),
        ("urllib3", logging.INFO, logging.INFO, False),
        ("airbyte", logging.INFO, logging.INFO, False),
        ("airbyte", logging.WARNING, logging.INFO, True),
        ("urllib3", logging.DEBUG, logging.DEBUG, True),
    ],
)
def test_what_a_library_says_is_told_where_it_warns_or_debug_lines_are_wanted(
    name: str, level: int, wanted: int, *, told: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    airbyte = logging.getLogger("airbyte")
    before = airbyte.level
    airbyte.setLevel(wanted)
    MessageHandler(["a_connector"]).emit(logging.LogRecord(name, level, __file__, 7, "text", None, None))
    airbyte.setLevel(before)
    assert bool(capfd.readouterr().out) is told


@pytest.mark.parametrize("name", [f"{OWN}.client", *FOREIGN])
def test_an_exception_is_told_by_types_and_places(name: str) -> None:
    try:
        try:
            int(MARK)
        except ValueError as error:
            raise KeyError(MARK) from error
    except KeyError as error:
        log = formatted(name, "It failed", exc_info=(KeyError, error, error.__traceback__))
    assert MARK not in str(log)
    kinds = [line for line in log["stack_trace"].splitlines() if " in " not in line]
    assert kinds == ["KeyError", "ValueError"]
    assert "test_log_redaction.py:" in log["stack_trace"]


def test_what_this_connector_says_passes_but_for_secrets() -> None:
    update_secrets(["top-secret"])
    log = formatted(f"{OWN}.client", "Waiting %d seconds, %s", 5, "not top-secret", level=logging.WARNING)
    assert log == {"level": "WARN", "message": "Waiting 5 seconds, not ****"}


@pytest.mark.parametrize(("text", "args"), [("%d seconds", ("x",)), ("%s and %s", ("x",)), ("%(name)s", ({},))])
def test_a_line_whose_arguments_do_not_fit_is_told_without_them(text: str, args: tuple[object, ...]) -> None:
    assert formatted(f"{OWN}.client", text, *args)["message"].endswith(f"{LEFT_OUT} (test_log_redaction.py:7)")
