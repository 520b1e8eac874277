"""Of what libraries log, nothing passes that could hold a value; what this connector logs passes as it is."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

from connector_base.log_redaction import LEFT_OUT, RedactingFormatter

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
    assert log["message"] == f"{name}: Body of %s (test_log_redaction.py:7)"
    assert log["level"] == AirbyteLogFormatter.level_mapping[level].value
    assert MARK not in str(log)


@pytest.mark.parametrize(
    "text", [f"Body of {MARK}", MARK[:4] + "-", {"body": MARK}, ValueError(MARK), f"{MARK} %s"], ids=repr
)
@pytest.mark.parametrize("name", FOREIGN)
def test_a_text_that_stands_nowhere_in_the_code_stays_behind(name: str, text: object) -> None:
    assert formatted(name, text, "x")["message"] == f"{name}: {LEFT_OUT} (test_log_redaction.py:7)"


@pytest.mark.parametrize("path", ["/no/such/file.py", "", "<string>", str(Path(__file__).parents[1] / "icon.svg")])
def test_where_the_code_cannot_be_read_the_text_stays_behind(path: str) -> None:
    record = logging.LogRecord("urllib3", logging.INFO, path, 7, "api_token", None, None)
    assert LEFT_OUT in RedactingFormatter(["a_connector"]).format(record)


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
    assert formatted(f"{OWN}.client", text, *args)["message"].endswith(f"{text} (test_log_redaction.py:7)")
