"""Files are complete or absent, for their owner alone; what cannot be written is said in a sentence."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError
from botocore.loaders import JSONFileLoader
from botocore.stub import Stubber

from connector_base.storage.s3_bucket import REMEDIES, WHAT_IS_KNOWN, S3Bucket, role_to_assume
from connector_base.storage.storage import LocalFolder, open_storage, storage_problem
from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage

KEY = "AKIA-never-to-be-shown"
SECRET = "the-secret-never-to-be-shown"


def bucket(**changed: Any) -> S3Storage:
    config = {"storage_type": "S3", "s3_bucket_name": "reports", "access_key_id": KEY, "secret_access_key": SECRET}
    return S3Storage.model_validate({**config, **changed})


class BreaksOff(BytesIO):
    """Content that ends in an error after the first read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(3 if size else size)


@pytest.fixture
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


# ------------------------------------------------------------------ a folder


@pytest.mark.usefixtures("generous_umask")
def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    LocalFolder(tmp_path / "made" / "anew").put("sync/rejected.jsonl", BytesIO(b"Kari"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"made": 0o700, "anew": 0o700, "sync": 0o700, "rejected.jsonl": 0o600}


def test_a_folder_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    LocalFolder(tmp_path).put("summary.json", BytesIO(b"{}"))
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AirbyteTracedException, match="No space left on device") as raised:
        LocalFolder(tmp_path).put("sync/rejected.jsonl", BreaksOff(b"Kari Nordmann"))
    assert raised.value.failure_type is FailureType.config_error
    assert "Kari" not in str(raised.value)
    assert list((tmp_path / "sync").iterdir()) == []


def test_a_file_appears_when_its_last_byte_is_written(tmp_path: Path) -> None:
    class Watched(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert not (tmp_path / "plan.jsonl").exists()
            return super().read(size)

    LocalFolder(tmp_path).put("plan.jsonl", Watched(b"{}\n"))
    assert (tmp_path / "plan.jsonl").read_bytes() == b"{}\n"


def test_a_folder_that_can_be_written_is_no_problem_and_stays_empty(tmp_path: Path) -> None:
    assert storage_problem(LocalStorage(storage_type="Local", path=str(tmp_path))) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problem = storage_problem(LocalStorage(storage_type="Local", path=str(tmp_path / "file" / "below")))
    assert problem is not None
    assert str(tmp_path / "file") in problem
    assert "Not a directory" in problem
    assert "object_storage_config" in problem


def test_what_to_do_about_a_folder_fits_what_keeps_it_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, remedy in (
        (tmp_path / "file", "is a file: correct the path"),
        (tmp_path / "file" / "below", "is a file: correct the path"),
        (tmp_path / ("x" * 300), "Shorten the path"),
        (Path("/proc/not-there/below"), "No folder can be made there"),
    ):
        problem = storage_problem(LocalStorage(storage_type="Local", path=str(path)))
        assert problem is not None
        assert remedy in problem
        assert "permission" not in problem
        assert "under Where reports and rejected records go (object_storage_config)" in problem


def test_a_probe_that_another_sync_removed_first_is_no_problem(tmp_path: Path) -> None:
    LocalFolder(tmp_path).remove("not-there")


def test_what_is_in_a_file_is_read_and_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "reports")
    assert folder.read("decisions.json") is None
    folder.put("decisions.json", BytesIO(b"{}"))
    assert folder.read("decisions.json") == b"{}"


def test_a_file_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "decisions.json").mkdir()
    with pytest.raises(AirbyteTracedException) as raised:
        LocalFolder(tmp_path).read("decisions.json")
    assert "decisions.json cannot be read (Is a directory). Make it a file" in str(raised.value)
    assert raised.value.failure_type is FailureType.config_error


def test_without_storage_there_is_no_problem() -> None:
    assert open_storage(NoStorage(storage_type="None")) is None
    assert storage_problem(NoStorage(storage_type="None")) is None


# ------------------------------------------------------------------ a bucket


@pytest.mark.parametrize("code", REMEDIES)
def test_every_known_answer_of_s3_says_what_to_do(code: str) -> None:
    answer: Any = {"Error": {"Code": code, "Message": SECRET}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    ending = S3Bucket(bucket())._refused(ClientError(answer, "PutObject"))
    assert ending.failure_type is FailureType.config_error
    assert code in str(ending)
    assert REMEDIES[code] in str(ending)
    assert SECRET not in str(ending)


def test_a_code_that_is_none_is_not_repeated() -> None:
    answer: Any = {"Error": {"Code": f"<{SECRET}>"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    assert SECRET not in str(S3Bucket(bucket())._refused(ClientError(answer, "PutObject")))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_may_be_tried_again(status: int) -> None:
    answer: Any = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    ending = S3Bucket(bucket())._refused(ClientError(answer, "PutObject"))
    assert ending.failure_type is FailureType.transient_error


@pytest.mark.parametrize(
    ("error", "sentence", "failure_type"),
    [
        (NoCredentialsError(), "Enter Access key ID", FailureType.config_error),
        (EndpointConnectionError(endpoint_url="https://x"), "try again later", FailureType.transient_error),
        (ParamValidationError(report="Zq"), "Correct S3 bucket name", FailureType.config_error),
        (ValueError("Zq"), "Correct S3 bucket name", FailureType.config_error),
    ],
)
def test_what_the_library_raises_is_told_without_its_text(
    error: Exception, sentence: str, failure_type: FailureType
) -> None:
    with pytest.raises(AirbyteTracedException, match=sentence) as raised, S3Bucket(bucket())._explained():
        raise error
    assert raised.value.failure_type is failure_type
    assert "Zq" not in str(raised.value)


READ_ANSWERS = [
    ("AccessDenied", 403, "Grant s3:GetObject and s3:ListBucket in the bucket to the access key", "config_error"),
    ("NoSuchBucket", 404, "Make the bucket, or correct", "config_error"),
    ("SlowDown", 503, "Try again later.", "transient_error"),
]
"""What S3 answers to whoever would read a file, and what is made of it."""


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Makes S3 answer as is said."""
    client = S3Bucket(bucket(s3_bucket_region="eu-north-1"))._client()
    monkeypatch.setattr(S3Bucket, "_client", lambda _: client)
    with Stubber(client) as stubber:
        yield stubber


@pytest.mark.parametrize(("code", "status", "sentence", "kind"), READ_ANSWERS)
def test_a_file_in_a_bucket_that_cannot_be_read_is_not_taken_for_one_that_is_not_there(
    answering: Stubber, code: str, status: int, sentence: str, kind: str
) -> None:
    answering.add_client_error("get_object", code, SECRET, status)
    with pytest.raises(AirbyteTracedException) as raised:
        S3Bucket(bucket()).read("decisions.json")
    assert sentence in str(raised.value)
    assert raised.value.failure_type.value == kind
    assert SECRET not in str(raised.value)


def test_a_file_that_is_not_in_a_bucket_is_none(answering: Stubber) -> None:
    answering.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    assert S3Bucket(bucket()).read("decisions.json") is None


def test_a_role_that_cannot_be_assumed_is_named_as_that() -> None:
    answer: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    assert "role_arn" in str(S3Bucket(bucket())._refused(ClientError(answer, "AssumeRole")))


def test_a_key_that_was_entered_goes_where_the_settings_say_whatever_the_machine_has_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "AWS_PROFILE": "somebody-else",
        "AWS_ACCESS_KEY_ID": "else",
        "AWS_SECRET_ACCESS_KEY": "else",
        "AWS_SESSION_TOKEN": "else",
        "AWS_ENDPOINT_URL": "https://elsewhere.example",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
    }.items():
        monkeypatch.setenv(name, value)
    at_home = S3Bucket(bucket(s3_bucket_region="eu-north-1"))
    key = at_home._session().get_credentials()
    assert key is not None
    assert (key.access_key, key.secret_key, key.token) == (KEY, SECRET, None)
    assert at_home._client().meta.endpoint_url == "https://s3.eu-north-1.amazonaws.com"
    assert at_home._session().client("sts").meta.endpoint_url == "https://sts.eu-north-1.amazonaws.com"


def test_what_is_known_of_s3_is_read_once_for_all_files_of_all_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    S3Bucket(bucket())._client()
    folders = [*WHAT_IS_KNOWN.search_paths]
    read: list[str] = []
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda _, path: read.append(path))
    S3Bucket(bucket(bucket_path="elsewhere"))._client()
    assert read == []
    assert folders == WHAT_IS_KNOWN.search_paths, "it does not grow"


def test_a_role_is_assumed_with_the_external_id_that_the_host_hands_over() -> None:
    assert "ExternalId" not in role_to_assume("arn", {})
    assert role_to_assume("arn", {"AWS_ASSUME_ROLE_EXTERNAL_ID": "workspace"})["ExternalId"] == "workspace"


@pytest.mark.parametrize("prefix", ["a/b", "/a/b/", "a//b/"])
def test_files_are_put_under_the_prefix_however_it_is_spelled(prefix: str) -> None:
    assert S3Bucket(bucket(bucket_path=prefix)).place("sync/plan.jsonl") == "s3://reports/a/b/sync/plan.jsonl"


def test_without_a_prefix_they_are_put_at_the_top() -> None:
    assert S3Bucket(bucket()).place("sync") == "s3://reports/sync"


def test_keys_show_in_no_representation() -> None:
    shown = repr(S3Bucket(bucket()))
    assert KEY not in shown
    assert SECRET not in shown
