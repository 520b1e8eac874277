"""Where reports go is set by its type; what cannot work is named, without its values."""

from typing import Any

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage, StorageConfig
from destination_xledger.config import parse_config

KEY = "AKIA-never-to-be-shown"
SECRET = "the-secret-never-to-be-shown"


def bucket(**changed: Any) -> S3Storage:
    config = {"storage_type": "S3", "s3_bucket_name": "reports", "access_key_id": KEY, "secret_access_key": SECRET}
    return S3Storage.model_validate({**config, **changed})


BROKEN: list[tuple[Any, str]] = [
    ({"storage_type": SECRET}, "records go (object_storage_config) must be None, Local or S3"),
    ({}, "records go (object_storage_config) must be None, Local or S3"),
    (SECRET, "records go (object_storage_config) must be None, Local or S3"),
    (
        {"storage_type": "Local"},
        "Folder (path) in Where reports and rejected records go (object_storage_config) is missing",
    ),
    ({"storage_type": "Local", "path": "reports"}, "named from the root"),
    ({"storage_type": "Local", "path": "/a\0b"}, "named from the root"),
    ({"storage_type": "S3"}, "S3 bucket name (s3_bucket_name) in Where reports"),
    ({"storage_type": "S3", "s3_bucket_name": ""}, "(object_storage_config) is empty"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": SECRET}, "belong together"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "secret_access_key": SECRET}, "belong together"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_bucket_region": SECRET.upper()}, "s3_bucket_region"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_endpoint": "http://minio"}, "must begin with https://"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_endpoint": f"https://u:{SECRET}@s3"}, "must begin with https"),
    (
        {"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": KEY, "secret_access_key": f"{SECRET}\n"},
        "Secret access key (secret_access_key) in Where reports and rejected records go (object_storage_config): there",
    ),
    (
        {"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": f"{SECRET}\u200b", "secret_access_key": KEY},
        "Access key ID (access_key_id) in Where reports and rejected records go (object_storage_config): there",
    ),
]


@pytest.mark.parametrize(("storage", "sentence"), BROKEN)
def test_a_storage_that_cannot_work_is_named(storage: Any, sentence: str, config: dict[str, Any]) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "object_storage_config": storage})
    assert sentence in str(raised.value)
    assert SECRET.upper() not in str(raised.value).upper()


@pytest.mark.parametrize(
    "storage",
    [
        NoStorage(storage_type="None"),
        LocalStorage(storage_type="Local", path="/local"),
        bucket(),
        bucket(access_key_id="", secret_access_key="", s3_endpoint="http://127.0.0.1:9000", bucket_path="a"),
    ],
)
def test_each_kind_of_storage_can_be_set(storage: StorageConfig, config: dict[str, Any]) -> None:
    settings = parse_config({**config, "object_storage_config": storage.model_dump(exclude_defaults=True)})
    assert settings.object_storage_config == storage


def test_nothing_is_kept_unless_that_is_set(config: dict[str, Any]) -> None:
    assert parse_config(config).object_storage_config == NoStorage(storage_type="None")
