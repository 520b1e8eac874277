"""Reports in S3, or in anything that speaks like it."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import boto3
import botocore.session
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's own
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.loaders import create_loader

from connector_base.failures import config_error, transient_error
from connector_base.storage.storage_config import S3Storage
from connector_base.waiting import WATCH

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

ONE_AFTER_THE_OTHER: Final = TransferConfig(use_threads=False)
"""Parts of a large file are sent in turn: a report is in no hurry, and memory stays small."""

CONTENT_TYPES: Final[Mapping[str, str]] = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".html": "text/html; charset=utf-8",
}

OWN_ADDRESSES: Final = {"ignore_configured_endpoint_urls": (None, None, True, None)}
"""Keeps botocore from an address that the environment names: where reports go is the administrator's to say."""

OWN_KEY: Final = OWN_ADDRESSES | {"profile": (None, None, None, None)}
"""Also keeps it from looking for the profile of the machine that the environment names, which need not exist."""

WHAT_IS_KNOWN: Final = create_loader()
"""Keeps what botocore knows of Amazon's services. Each file gets a client, and most of the time to make one goes into
reading that."""

EXTERNAL_ID: Final = "AWS_ASSUME_ROLE_EXTERNAL_ID"
"""The environment variable in which Airbyte's hosts hand over the external id that a role may insist on."""

_GRANT: Final = "Grant s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload in it to the access key or the role."
_GRANT_READING: Final = (
    "Grant s3:GetObject and s3:ListBucket in the bucket to the access key or the role: without the second one, a file "
    "that is not there cannot be told from one that may not be read."
)


_titled: Final = S3Storage.titled

_WRONG_KEY: Final = (
    f"Paste {_titled('access_key_id')} and {_titled('secret_access_key')} again, whole and without spaces, or make a "
    "new key."
)
_WRONG_REGION: Final = f"Correct {_titled('s3_bucket_region')}, and {_titled('s3_endpoint')} if there is one."
_WRONG_NAME: Final = f"Correct {_titled('s3_bucket_name')}."

REMEDIES: Final[Mapping[str, str]] = {
    "NoSuchBucket": f"Make the bucket, or correct {_titled('s3_bucket_name')}.",
    "InvalidBucketName": _WRONG_NAME,
    "AccessDenied": _GRANT,
    "AllAccessDisabled": _GRANT,
    "InvalidAccessKeyId": _WRONG_KEY,
    "SignatureDoesNotMatch": _WRONG_KEY,
    "InvalidClientTokenId": _WRONG_KEY,
    "InvalidToken": _WRONG_KEY,
    "ExpiredToken": _WRONG_KEY,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "PermanentRedirect": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "RequestTimeTooSkewed": "Set the clock of the machine that this destination runs on.",
}
"""What to do about an answer of S3's, by its error code."""

LOWEST_SERVER_ERROR: Final = 500
TOO_MANY_REQUESTS: Final = 429

ROLES_ARE_ASSUMED_AT: str | None = None
"""The address at which roles are assumed; None for Amazon's in the region."""


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A bucket, or a folder in it. What is put there is private, unless the bucket says otherwise.

    Attributes:
        config: Which bucket, and how to get there.
    """

    config: S3Storage

    def put(self, name: str, content: BinaryIO) -> None:
        """Uploads a file; an object comes about when its last byte has arrived."""
        kind = CONTENT_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
        with self._explained():
            self._client().upload_fileobj(
                content,
                self.config.s3_bucket_name,
                self._key(name),
                ExtraArgs={"ContentType": kind},
                Config=ONE_AFTER_THE_OTHER,
            )

    def read(self, name: str) -> bytes | None:
        """Downloads an object."""
        with self._explained():
            client = self._client()
            try:
                return client.get_object(Bucket=self.config.s3_bucket_name, Key=self._key(name))["Body"].read()
            except ClientError as error:
                match error.response.get("Error", {}).get("Code"):
                    case "NoSuchKey":
                        return None
                    case "AccessDenied" | "AllAccessDisabled" as code:
                        raise config_error(
                            f"Whether there is a file {self.place(name)} may not be seen, or it may not be read "
                            f"({code}). {_GRANT_READING}"
                        ) from None
                raise

    def remove(self, name: str) -> None:
        """Deletes an object."""
        with self._explained():
            self._client().delete_object(Bucket=self.config.s3_bucket_name, Key=self._key(name))

    def place(self, name: str) -> str:
        """The address of the object."""
        return f"s3://{self.config.s3_bucket_name}/{self._key(name)}"

    def _key(self, name: str) -> str:
        return "/".join([*(part for part in self.config.bucket_path.split("/") if part), name])

    def _client(self) -> "S3Client":
        """A client for the next few files: a role that is assumed is so for an hour, and a sync may take longer."""
        endpoint = self.config.s3_endpoint or None
        return self._session().client(
            "s3",
            endpoint_url=endpoint,
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"mode": "standard", "max_attempts": 4},
                # Services that only speak like S3 know neither bucket names as host names nor the newer checksums.
                s3={"addressing_style": "path" if endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _session(self) -> boto3.Session:
        region = self.config.region
        access_key = self.config.access_key_id.get_secret_value() or None
        session = _session_of(
            OWN_KEY if access_key else OWN_ADDRESSES,
            aws_access_key_id=access_key,
            aws_secret_access_key=self.config.secret_access_key.get_secret_value() or None,
            region_name=region,
        )
        if not self.config.role_arn:
            return session
        role = session.client("sts", endpoint_url=ROLES_ARE_ASSUMED_AT).assume_role(
            **role_to_assume(self.config.role_arn, os.environ)
        )["Credentials"]
        return _session_of(
            OWN_KEY,
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
            region_name=region,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of the library quote requests and answers, so that only their kind is told."""
        waits = f"Still waiting for the bucket {self.config.s3_bucket_name} to take a file of the report."
        try:
            with WATCH.over(waits):
                yield
        except ClientError as error:
            raise self._refused(error) from None
        except (NoCredentialsError, PartialCredentialsError):
            raise self._ends(
                "there are no credentials", f"Enter {_titled('access_key_id')} and {_titled('secret_access_key')}."
            ) from None
        except (ConnectionError, HTTPClientError):
            what = f"no connection to {self.config.s3_endpoint or 'S3'} came about, or it was lost"
            remedy = f"Correct {_titled('s3_endpoint')}, or try again later."
            raise transient_error(self._sentence(what, remedy)) from None
        except (BotoCoreError, ValueError):
            raise self._ends("a setting of it cannot be right", f"{_WRONG_REGION} {_WRONG_NAME}") from None

    def _refused(self, error: ClientError) -> AirbyteTracedException:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        found = str(error.response.get("Error", {}).get("Code", ""))
        code = found if re.fullmatch("[A-Za-z0-9.]{1,64}", found) else "an unknown error"
        if error.operation_name == "AssumeRole":
            return self._ends(
                f"{_titled('role_arn')} cannot be assumed, {code}", f"Let the access key assume it. {_WRONG_KEY}"
            )
        if status >= LOWEST_SERVER_ERROR or status == TOO_MANY_REQUESTS:
            return transient_error(self._sentence(code, "Try again later."))
        return self._ends(code, REMEDIES.get(code, f"Look up the code in the documentation of the service. {_GRANT}"))

    def _ends(self, what: str, remedy: str) -> AirbyteTracedException:
        return config_error(self._sentence(what, remedy))

    def _sentence(self, what: str, remedy: str) -> str:
        return (
            f"The bucket {self.config.s3_bucket_name} for reports and rejected records cannot be written ({what}). "
            f"{remedy} Or change Where reports and rejected records go (object_storage_config)."
        )


def _session_of(variables: dict[str, Any], **given: str | None) -> boto3.Session:
    core = botocore.session.Session(variables)
    session = boto3.Session(**given, botocore_session=core)
    core.register_component("data_loader", WHAT_IS_KNOWN)  # only now, since boto3 adds a folder to what it finds there
    return session


def role_to_assume(role: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """What to say to assume a role.

    Args:
        role: Its ARN.
        environment: The variables of the process; a host may hand an external id over in one of them.
    """
    external_id = environment.get(EXTERNAL_ID)
    return {
        "RoleArn": role,
        "RoleSessionName": "destination-xledger",
        **({"ExternalId": external_id} if external_id else {}),
    }
