"""Airbyte's own checks of a connector's quality, each by the name it has there.

What Airbyte asks of a connector is in `airbyte-ci/connectors` of its repository: `connectors_qa`, and the validators of
`metadata_service`. Neither can be installed from an index. So each of them is a row here: what it asks is held, here or
by another test, or it asks for something that a repository of one's own does not have.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
import tomli
import yaml
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0

from integration_tests.connector_forms import CONNECTORS, form_of

ROOT = Path(__file__).parents[1]

VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
"""A version by Semantic Versioning that is no candidate for one."""

SYNC_MODES: Final = (
    "Full Refresh - Overwrite",
    "Full Refresh - Append",
    "Full Refresh - Overwrite + Deduped",
    "Incremental Sync - Append",
    "Incremental Sync - Append + Deduped",
)
"""What the page of a destination has to say of each whether it is supported."""

ON_THIS_MACHINE: Final = r"\(?(localhost|127\.0\.0\.1|\\\[::1\\\])"


@dataclass(frozen=True)
class Connector:
    """A connector as it stands in the repository.

    Attributes:
        folder: Where it is.
        file: Its `metadata.yaml`.
        project: The table `project` of its `pyproject.toml`.
    """

    folder: Path
    file: Mapping[str, Any]
    project: Mapping[str, Any]

    @classmethod
    def called(cls, name: str) -> "Connector":
        folder = ROOT / name
        file = yaml.safe_load((folder / "metadata.yaml").read_text(encoding="utf-8"))
        return cls(folder, file, tomli.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"])

    @property
    def metadata(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.file["data"]
        return data

    @property
    def version(self) -> str:
        return str(self.metadata["dockerImageTag"])

    @property
    def page(self) -> str:
        """The page for whoever sets it up."""
        name = self.metadata["documentationUrl"].rpartition("/")[2]
        return (self.folder / "docs" / f"{name}.md").read_text(encoding="utf-8")

    def tags(self, key: str) -> list[str]:
        return [value for name, _, value in (tag.partition(":") for tag in self.metadata["tags"]) if name == key]


# ------------------------------------------------------------------ what is held here


def has_a_page_of_its_name(connector: Connector) -> None:
    assert re.match(rf"# {connector.metadata['name']}\b", connector.page)


def has_its_version_in_the_changelog_of_its_page(connector: Connector) -> None:
    assert f"| {connector.version} |" in connector.page.partition("\n## Changelog\n")[2]


def names_on_its_page_what_its_form_requires(connector: Connector) -> None:
    form = form_of(connector.folder.name)
    titles = [form["properties"][key]["title"] for key in form["required"]]
    assert titles
    assert [title for title in titles if title.lower() not in " ".join(connector.page.lower().split())] == []


def says_of_each_sync_mode_whether_it_is_supported(connector: Connector) -> None:
    if connector.metadata["connectorType"] == "destination":
        section = connector.page.partition("\n## Supported sync modes\n")[2].partition("\n## ")[0]
        assert tuple(re.findall(r"^\| (.+?) \| (?:Yes|No) \|$", section, re.MULTILINE)) == SYNC_MODES


def is_described_by_airbytes_model(connector: Connector) -> None:
    ConnectorMetadataDefinitionV0.model_validate(connector.file)


def has_tags_of_a_key_and_a_value(connector: Connector) -> None:
    assert [tag for tag in connector.metadata["tags"] if not re.fullmatch(r"[a-z]+:[a-z-]+", tag)] == []


def says_in_which_language_it_is(connector: Connector) -> None:
    assert connector.tags("language") == ["python"]


def says_which_part_of_the_cdk_it_uses(connector: Connector) -> None:
    package = connector.folder / connector.folder.name.replace("-", "_")
    assert connector.tags("cdk") == ["low-code" if (package / "manifest.yaml").is_file() else "python"]


def breaks_nothing_of_an_earlier_version(connector: Connector) -> None:
    assert "releases" not in connector.metadata
    assert connector.version.startswith("0.")


def has_a_version_by_semantic_versioning(connector: Connector) -> None:
    assert VERSION.fullmatch(connector.version)
    assert connector.project["version"] == connector.version


def has_a_licence_that_permits_and_the_same_one_everywhere(connector: Connector) -> None:
    assert connector.metadata["license"] == connector.project["license"] == "MIT"


def says_how_long_a_source_may_be_silent(connector: Connector) -> None:
    assert ("maxSecondsBetweenMessages" in connector.metadata) == (connector.metadata["connectorType"] == "source")


def names_its_package_and_says_that_no_public_index_has_it(connector: Connector) -> None:
    assert connector.metadata["remoteRegistries"] == {
        "pypi": {"enabled": False, "packageName": connector.project["name"]}
    }


def has_a_square_icon_of_its_own(connector: Connector) -> None:
    assert connector.metadata["icon"] == "icon.svg"
    icon = ET.parse(connector.folder / "icon.svg").getroot()  # noqa: S314  # our own file
    assert icon.tag.endswith("svg")
    assert icon.attrib["width"] == icon.attrib["height"] == "250"
    assert icon.attrib["viewBox"] == "0 0 250 250"


def speaks_without_tls_with_this_machine_alone(connector: Connector) -> None:
    package = connector.folder / connector.folder.name.replace("-", "_")
    written = "".join(
        path.read_text(encoding="utf-8") for path in package.rglob("*") if path.suffix in {".py", ".yaml", ".json"}
    )
    plain = re.findall(rf"http://(?!json-schema\.org/|{ON_THIS_MACHINE})\S+", written)
    assert plain == []


def has_the_standard_tests_and_its_own(connector: Connector) -> None:
    assert connector.metadata["connectorTestSuitesOptions"] == [{"suite": "unitTests"}, {"suite": "acceptanceTests"}]
    assert (connector.folder / "acceptance-test-config.yml").is_file()


HELD: Final[Mapping[str, Callable[[Connector], None]]] = {
    "CheckDocumentationExists": has_a_page_of_its_name,
    "validate_docs_path_exists": has_a_page_of_its_name,
    "CheckChangelogEntry": has_its_version_in_the_changelog_of_its_page,
    "CheckPrerequisitesSectionDescribesRequiredFieldsFromSpec": names_on_its_page_what_its_form_requires,
    "validate_docs_has_supported_sync_modes_table": says_of_each_sync_mode_whether_it_is_supported,
    "ValidateMetadata": is_described_by_airbytes_model,
    "validate_all_tags_are_keyvalue_pairs": has_tags_of_a_key_and_a_value,
    "validate_at_least_one_language_tag": says_in_which_language_it_is,
    "CheckConnectorLanguageTag": says_in_which_language_it_is,
    "CheckConnectorCDKTag": says_which_part_of_the_cdk_it_uses,
    "CheckMigrationGuide": breaks_nothing_of_an_earlier_version,
    "ValidateBreakingChangesDeadlines": breaks_nothing_of_an_earlier_version,
    "validate_major_version_bump_has_breaking_change_entry": breaks_nothing_of_an_earlier_version,
    "CheckConnectorMaxSecondsBetweenMessagesValue": says_how_long_a_source_may_be_silent,
    "CheckVersionFollowsSemver": has_a_version_by_semantic_versioning,
    "CheckConnectorVersionMatchInPyproject": has_a_version_by_semantic_versioning,
    "validate_rc_suffix_and_rollout_configuration": has_a_version_by_semantic_versioning,
    "CheckConnectorLicense": has_a_licence_that_permits_and_the_same_one_everywhere,
    "CheckConnectorLicenseMatchInPyproject": has_a_licence_that_permits_and_the_same_one_everywhere,
    "CheckPublishToPyPiIsDeclared": names_its_package_and_says_that_no_public_index_has_it,
    "validate_pypi_only_for_python": names_its_package_and_says_that_no_public_index_has_it,
    "CheckConnectorIconIsAvailable": has_a_square_icon_of_its_own,
    "CheckConnectorUsesHTTPSOnly": speaks_without_tls_with_this_machine_alone,
    "AcceptanceTestsEnabledCheck": has_the_standard_tests_and_its_own,
}

HELD_ELSEWHERE: Final = {
    "CheckDocumentationHeadersOrder": "test_pages.py::test_a_setup_has_the_form_of_airbytes_pages",
    "CheckDocumentationLinks": "test_pages.py::test_every_link_and_picture_of_a_page_leads_somewhere",
}

_THEIR_WORDS: Final = "asks for sentences of Airbyte's own site, about Airbyte Cloud, of sources that Airbyte supports"
_THEIR_IMAGES: Final = "looks an image up where Airbyte publishes its own"

NOT_OURS: Final = {
    "CheckSourceSectionContent": _THEIR_WORDS,
    "CheckForAirbyteCloudSectionContent": _THEIR_WORDS,
    "CheckForAirbyteOpenSectionContent": _THEIR_WORDS,
    "CheckSupportedSyncModesSectionContent": _THEIR_WORDS,
    "CheckTutorialsSectionContent": _THEIR_WORDS,
    "CheckChangelogSectionContent": _THEIR_WORDS,
    "validate_metadata_images_in_dockerhub": _THEIR_IMAGES,
    "validate_metadata_base_images_in_dockerhub": _THEIR_IMAGES,
    "validate_docker_image_tag_is_not_decremented": _THEIR_IMAGES,
    "CheckConnectorUsesPoetry": "one lock file holds every version and hash of all packages here: requirements.lock",
    "CheckConnectorUsesPythonBaseImage": "is for images that Airbyte's tools build; ours are built by a Dockerfile",
    "CheckManifestOnlyConnectorBaseImage": "is for connectors without code, and each of ours has some",
    "CheckVersionIncrement": "compares with the connector of that name in Airbyte's repository, where ours is not",
}


@pytest.mark.parametrize("name", CONNECTORS)
@pytest.mark.parametrize("check", HELD)
def test_a_connector_is_as_airbyte_wants_one(check: str, name: str) -> None:
    HELD[check](Connector.called(name))


@pytest.mark.parametrize(("check", "where"), HELD_ELSEWHERE.items())
def test_what_another_test_holds_is_held_there(check: str, where: str) -> None:
    file, _, test = where.partition("::")
    assert f"def {test}(" in (Path(__file__).parent / file).read_text(encoding="utf-8"), check


def test_each_check_of_airbyte_is_one_row() -> None:
    assert not HELD.keys() & NOT_OURS.keys()
    assert not HELD_ELSEWHERE.keys() & (HELD.keys() | NOT_OURS.keys())


@pytest.mark.parametrize("name", CONNECTORS)
def test_the_metadata_says_nothing_that_is_true_of_airbytes_own_connectors_alone(name: str) -> None:
    metadata = Connector.called(name).metadata
    assert metadata["registryOverrides"] == {"oss": {"enabled": False}, "cloud": {"enabled": False}}
    assert metadata["supportLevel"] == "community"
    assert not {"ab_internal", "normalizationConfig", "generated", "connectorBuildOptions"} & metadata.keys()
    assert [suite for suite in metadata["connectorTestSuitesOptions"] if "testSecrets" in suite] == []
    assert "airbyte" not in str([metadata[key] for key in ("dockerRepository", "documentationUrl", "githubIssueLabel")])
