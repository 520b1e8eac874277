"""Where reports go is set by its type; what cannot work is named, without its values."""

from typing import Any

import botocore.session
import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from jsonschema import Draft7Validator

from connector_base.storage.regions import REGIONS
from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage, StorageConfig
from destination_xledger.config import connection_specification, parse_config

KEY = "AKIA-never-to-be-shown"
SECRET = "the-secret-never-to-be-shown"


def bucket(**changed: Any) -> S3Storage:
    config = {"storage_type": "S3", "s3_bucket_name": "reports", "access_key_id": KEY, "secret_access_key": SECRET}
    return S3Storage.model_validate({**config, **changed})


BROKEN: list[tuple[Any, str]] = [
    ({"storage_type": SECRET}, "storage_type must be None, Local or S3"),
    ({}, "storage_type must be None, Local or S3"),
    (SECRET, "storage_type must be None, Local or S3"),
    ({"storage_type": "Local"}, "path: Field required"),
    ({"storage_type": "Local", "path": "reports"}, "named from the root"),
    ({"storage_type": "Local", "path": "/a\0b"}, "named from the root"),
    ({"storage_type": "S3"}, "s3_bucket_name: Field required"),
    ({"storage_type": "S3", "s3_bucket_name": ""}, "s3_bucket_name"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": SECRET}, "belong together"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "secret_access_key": SECRET}, "belong together"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_bucket_region": SECRET.upper()}, "s3_bucket_region"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_bucket_region": "fsn1"}, "(s3_endpoint_region)"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_endpoint": "http://minio"}, "must begin with https://"),
    ({"storage_type": "S3", "s3_bucket_name": "x", "s3_endpoint": f"https://u:{SECRET}@s3"}, "must begin with https"),
    (
        {"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": "a", "secret_access_key": f"{SECRET}\n"},
        "secret_access_key: there is white space",
    ),
    (
        {"storage_type": "S3", "s3_bucket_name": "x", "access_key_id": f"{SECRET}\u200b", "secret_access_key": "b"},
        "access_key_id: there is white space",
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


HUBSPOTS: dict[str, Any] = {
    "storage_type": "S3",
    "s3_bucket_name": "reports",
    "s3_bucket_region": "eu-north-1",
    "bucket_path": "rejected/",
    "format": {"format_type": "JSONL", "flattening": "No flattening", "stringify": "Default"},
    "compression": {"compression_type": "No Compression"},
    "path_format": "{sync_id}/{namespace}/{stream_name}/",
    "file_name_format": "{date}_{timestamp}_{part_number}{format_extension}",
}


def test_the_storage_of_another_destination_of_airbytes_can_be_carried_over(config: dict[str, Any]) -> None:
    config["object_storage_config"] = HUBSPOTS
    assert Draft7Validator(connection_specification()).is_valid(config)
    storage = parse_config(config).object_storage_config
    assert isinstance(storage, S3Storage)
    assert storage.without_meaning == (
        "Output format (format)",
        "Compression (compression)",
        "Path format (path_format)",
        "File name format (file_name_format)",
    )
    assert bucket().without_meaning == ()


def test_the_region_is_a_choice_of_all_that_amazon_has_and_keeps_apart() -> None:
    session = botocore.session.Session()
    public = [name for name in session.get_available_partitions() if "iso" not in name]
    regions = {region for name in public for region in session.get_available_regions("s3", partition_name=name)}
    assert sorted(regions) == list(REGIONS)


def test_another_service_has_the_region_that_it_calls_its_own(config: dict[str, Any]) -> None:
    there = {"s3_endpoint": "https://s3.example.com", "s3_endpoint_region": "fsn1"}
    config["object_storage_config"] = {"storage_type": "S3", "s3_bucket_name": "reports", **there}
    assert Draft7Validator(connection_specification()).is_valid(config)
    assert bucket(**there, s3_bucket_region="eu-north-1").region == "fsn1"
    assert bucket(s3_endpoint_region="fsn1", s3_bucket_region="eu-north-1").region == "eu-north-1"
    assert bucket().region is None


def test_nothing_is_kept_unless_that_is_set(config: dict[str, Any]) -> None:
    assert parse_config(config).object_storage_config == NoStorage(storage_type="None")
