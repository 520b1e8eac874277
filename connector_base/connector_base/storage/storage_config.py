"""Where an administrator wants reports and rejected records to go.

For S3 the keys are those of Airbyte's own data activation destinations, so that a setting can be carried over. Facts:
the specification of `destination-hubspot` (`expected-spec-oss.json`). What its files can be made to look like has no
meaning here, and is taken all the same.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    Secret,
    Tag,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from connector_base.settings.addresses import allowed_address
from connector_base.settings.pasted import whole_secret
from connector_base.settings.settings import Settings
from connector_base.storage.regions import REGIONS
from shared_mappings import API_URL_PATTERN

S3_ENDPOINT_EXAMPLE: Final = "https://s3.eu-north-1.amazonaws.com"

WITHOUT_MEANING: Final = "No meaning here; taken so that the settings of another destination can be carried over."

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


def _region_of_aws(region: str) -> str:
    if region and region not in REGIONS:
        raise ValueError(
            "AWS has no region of this name; choose another one, or enter what another service calls its region under "
            "Region of the S3 endpoint (s3_endpoint_region)"
        )
    return region


def _hidden_group(key: str, title: str) -> WithJsonSchema:
    """A group of settings that another destination of Airbyte's has; a host cannot read one without any properties."""
    part = {"type": "string", "title": title, "description": WITHOUT_MEANING, "order": 0}
    return WithJsonSchema({"type": "object", "properties": {key: part}})


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
    s3_bucket_name: str = Field(
        title="S3 bucket name",
        description="The bucket. It should be private: the reports hold personal data.",
        examples=["xledger-reports"],
        min_length=1,
        json_schema_extra={"order": 1},
    )
    s3_bucket_region: Annotated[
        str, AfterValidator(_region_of_aws), WithJsonSchema({"type": "string", "enum": ["", *REGIONS]})
    ] = Field(
        "",
        title="S3 bucket region",
        description="The region of AWS that the bucket is in. Leave it empty for another service.",
        examples=["eu-north-1"],
        json_schema_extra={"always_show": True, "order": 2},
    )
    access_key_id: Secret[Annotated[str, whole_secret("AWS")]] = Field(
        default_factory=lambda: Secret(""),
        title="Access key ID",
        description="The access key. It needs s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:GetObject and "
        "s3:ListBucket in the bucket. "
        "Without a key, the credentials of the machine are used.",
        examples=["A012345678910EXAMPLE"],
        json_schema_extra={"airbyte_secret": True, "always_show": True, "order": 3},
    )
    secret_access_key: Secret[Annotated[str, whole_secret("AWS")]] = Field(
        default_factory=lambda: Secret(""),
        title="Secret access key",
        description="The secret that belongs to the access key.",
        examples=["a012345678910ABCDEFGH/AbCdEfGhEXAMPLEKEY"],
        json_schema_extra={"airbyte_secret": True, "always_show": True, "order": 4},
    )
    role_arn: str = Field(
        "",
        title="Role ARN",
        description="A role of AWS to assume before writing, with the access key or the credentials of the machine.",
        examples=["arn:aws:iam::123456789012:role/xledger-reports"],
        json_schema_extra=_optional(order=5),
    )
    s3_endpoint: Annotated[str, allowed_address(S3_ENDPOINT_EXAMPLE, or_none=True)] = Field(
        "",
        title="S3 endpoint",
        description="Address of an S3-compatible service: https, or http to this machine. Leave out for AWS itself.",
        examples=[S3_ENDPOINT_EXAMPLE],
        json_schema_extra=_optional(order=6, pattern=API_URL_PATTERN, pattern_descriptor=S3_ENDPOINT_EXAMPLE),
    )
    s3_endpoint_region: str = Field(
        "",
        title="Region of the S3 endpoint",
        description="What the service at that address calls the region, if it asks for one.",
        examples=["auto", "fsn1"],
        pattern="^[a-z0-9-]*$",
        json_schema_extra=_optional(order=7),
    )
    bucket_path: str = Field(
        "",
        title="Prefix path in the bucket",
        description="All files in the bucket are put under this path.",
        examples=["xledger/"],
        json_schema_extra={"order": 8},
    )
    format: Annotated[Mapping[str, Any], _hidden_group("format_type", "Format")] = Field(
        default_factory=dict,
        title="Output format",
        description=f"{WITHOUT_MEANING} Reports are JSON and lines of JSON.",
        json_schema_extra={"airbyte_hidden": True, "order": 9},
    )
    compression: Annotated[Mapping[str, Any], _hidden_group("compression_type", "Compression")] = Field(
        default_factory=dict,
        title="Compression",
        description=f"{WITHOUT_MEANING} Reports are not compressed.",
        json_schema_extra={"airbyte_hidden": True, "order": 10},
    )
    path_format: str = Field(
        "",
        title="Path format",
        description=f"{WITHOUT_MEANING} Each sync has a folder of its own, named by its start.",
        json_schema_extra={"airbyte_hidden": True, "order": 11},
    )
    file_name_format: str = Field(
        "",
        title="File name format",
        description=f"{WITHOUT_MEANING} Each report has a name of its own.",
        json_schema_extra={"airbyte_hidden": True, "order": 12},
    )

    @model_validator(mode="after")
    def _key_is_whole(self) -> "S3Storage":
        if bool(self.access_key_id.get_secret_value()) != bool(self.secret_access_key.get_secret_value()):
            raise ValueError(
                "Access key ID (access_key_id) and Secret access key (secret_access_key) belong together: enter both, "
                "or neither"
            )
        return self

    @property
    def region(self) -> str | None:
        """What requests are signed for; None where nobody said."""
        return (self.s3_endpoint and self.s3_endpoint_region) or self.s3_bucket_region or None

    @property
    def without_meaning(self) -> tuple[str, ...]:
        """The settings that were entered and have no meaning here, each by its title and its key."""
        names = ("format", "compression", "path_format", "file_name_format")
        return tuple(self.titled(name) for name in names if getattr(self, name))


def _storage_type(value: Any) -> str | None:
    found = value.get("storage_type") if isinstance(value, Mapping) else getattr(value, "storage_type", None)
    return found if isinstance(found, str) else None


StorageConfig = Annotated[
    Annotated[NoStorage, Tag("None")] | Annotated[LocalStorage, Tag("Local")] | Annotated[S3Storage, Tag("S3")],
    Discriminator(
        _storage_type,
        custom_error_type="storage_type",
        custom_error_message="Storage type (storage_type) must be None, Local or S3",
    ),
]
"""One of the storages, told apart by its type. What else stands there is not repeated in the complaint."""

STORAGE_SETTING: Final = "object_storage_config"
"""What the setting is called, in every destination."""


def storage_setting(order: int) -> Any:
    """How a form asks where reports go; nowhere unless somebody says where."""
    return Field(
        NoStorage(storage_type="None"),
        title="Where reports and rejected records go",
        description="Each sync can leave a summary, the records that were rejected and, in preview, what would be "
        "written for each person. These files hold personal data, and go only here.",
        json_schema_extra={"order": order, "type": "object"},
    )


def storage_of(config: Any) -> StorageConfig:
    """Where reports go, even if other settings are invalid; nowhere when this one is."""
    try:
        return _STORAGES.validate_python(config[STORAGE_SETTING] if isinstance(config, Mapping) else None)
    except (KeyError, ValidationError):
        return NoStorage(storage_type="None")


_STORAGES: Final[TypeAdapter[StorageConfig]] = TypeAdapter(StorageConfig)
