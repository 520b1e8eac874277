"""Where an administrator wants reports and rejected records to go.

For S3 the keys are those of Airbyte's own data activation destinations, so that a setting can be carried over.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Secret, Tag, model_validator

from connector_base.settings.addresses import allowed_address
from connector_base.settings.pasted import whole_secret
from connector_base.settings.settings import Settings
from shared_mappings import API_URL_PATTERN

S3_ENDPOINT_EXAMPLE: Final = "https://s3.eu-north-1.amazonaws.com"

Schema = dict[str, Any]


def _optional(**extra: Any) -> Callable[[Schema], None]:
    """What hosts are told of a text that may be left out; an empty default would not fit its own pattern."""

    def declare(schema: Schema) -> None:
        del schema["default"]
        schema.update(extra)

    return declare


def _absolute(path: str) -> str:
    if not PurePosixPath(path).is_absolute() or "\0" in path:
        raise ValueError("the folder must be named from the root, such as /local/xledger")
    return path


class NoStorage(Settings):
    """Nothing is kept: of a rejected record, only the log tells, by id."""

    model_config = ConfigDict(title="None")

    storage_type: Literal["None"] = Field(title="Storage type", json_schema_extra={"default": "None", "order": 0})


class LocalStorage(Settings):
    """A folder on the machine, or in the container, where this destination runs."""

    model_config = ConfigDict(title="Local folder")

    storage_type: Literal["Local"] = Field(title="Storage type", json_schema_extra={"default": "Local", "order": 0})
    path: Annotated[str, AfterValidator(_absolute)] = Field(
        title="Folder",
        description="The folder, from the root. Each sync makes a folder of its own in it that only its owner can "
        "read. In a container it must be mounted, or it is gone when the sync ends.",
        examples=["/local/xledger"],
        json_schema_extra={"order": 1, "pattern": "^/"},
    )


class S3Storage(Settings):
    """A bucket in S3, or in anything that speaks like it."""

    model_config = ConfigDict(title="S3")

    storage_type: Literal["S3"] = Field(title="Storage type", json_schema_extra={"default": "S3", "order": 0})
    access_key_id: Secret[Annotated[str, whole_secret("AWS")]] = Field(
        default_factory=lambda: Secret(""),
        title="Access key ID",
        description="The access key. It needs s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload in the bucket. "
        "Without a key, the credentials of the machine are used.",
        examples=["A012345678910EXAMPLE"],
        json_schema_extra={"airbyte_secret": True, "always_show": True, "order": 1},
    )
    secret_access_key: Secret[Annotated[str, whole_secret("AWS")]] = Field(
        default_factory=lambda: Secret(""),
        title="Secret access key",
        description="The secret that belongs to the access key.",
        examples=["a012345678910ABCDEFGH/AbCdEfGhEXAMPLEKEY"],
        json_schema_extra={"airbyte_secret": True, "always_show": True, "order": 2},
    )
    role_arn: str = Field(
        "",
        title="Role ARN",
        description="A role of AWS to assume before writing, with the access key or the credentials of the machine.",
        examples=["arn:aws:iam::123456789012:role/xledger-reports"],
        json_schema_extra=_optional(order=3),
    )
    s3_bucket_name: str = Field(
        title="S3 bucket name",
        description="The bucket. It should be private: the reports hold personal data.",
        examples=["xledger-reports"],
        min_length=1,
        json_schema_extra={"order": 4},
    )
    s3_bucket_region: str = Field(
        "",
        title="S3 bucket region",
        description="The region of the bucket; may be empty for an endpoint that knows no regions.",
        examples=["eu-north-1"],
        pattern="^[a-z0-9-]*$",
        json_schema_extra={"order": 5},
    )
    s3_endpoint: Annotated[str, allowed_address(S3_ENDPOINT_EXAMPLE)] = Field(
        "",
        title="S3 endpoint",
        description="Address of an S3-compatible service: https, or http to this machine. Leave out for AWS itself.",
        examples=[S3_ENDPOINT_EXAMPLE],
        json_schema_extra=_optional(order=6, pattern=API_URL_PATTERN, pattern_descriptor=S3_ENDPOINT_EXAMPLE),
    )
    bucket_path: str = Field(
        "",
        title="Prefix path in the bucket",
        description="All files in the bucket are put under this path.",
        examples=["xledger/"],
        json_schema_extra={"order": 7},
    )

    @model_validator(mode="after")
    def _key_is_whole(self) -> "S3Storage":
        if bool(self.access_key_id.get_secret_value()) != bool(self.secret_access_key.get_secret_value()):
            raise ValueError(
                "Access key ID (access_key_id) and Secret access key (secret_access_key) belong together: enter both, "
                "or neither"
            )
        return self


def _storage_type(value: Any) -> str | None:
    found = value.get("storage_type") if isinstance(value, Mapping) else getattr(value, "storage_type", None)
    return found if isinstance(found, str) else None


StorageConfig = Annotated[
    Annotated[NoStorage, Tag("None")] | Annotated[LocalStorage, Tag("Local")] | Annotated[S3Storage, Tag("S3")],
    Discriminator(
        _storage_type,
        custom_error_type="storage_type",
        custom_error_message="storage_type must be None, Local or S3",
    ),
]
"""One of the storages, told apart by its type. What else stands there is not repeated in the complaint."""
