"""What the images are, and what builds them."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml
from docker.utils.build import exclude_paths

from distribution.commit import Commit
from distribution.engine import Build, Engine, NoEngineError
from distribution.images import (
    CERTIFICATES,
    INDEXES,
    BuildError,
    base_image,
    build,
    build_of,
    main,
    tags,
    with_images,
)
from distribution.packages import Package, packages
from integration_tests.dockerfile import ROOT, instructions, stages

METADATA = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
PYTHON = "/opt/huma-xledger"


def said(name: str) -> list[str]:
    """What the image that is kept is told by an instruction."""
    return [instruction.text for instruction in stages()[1] if instruction.name == name]


def pairs(name: str) -> dict[str, str]:
    """What it is told by an instruction that gives names to values."""
    return dict(pair.split("=", 1) for text in said(name) for pair in shlex.split(text))


# ------------------------------------------------------------------ the Dockerfile


def test_nothing_is_fetched_for_an_image_but_its_base_which_is_known_by_its_digest() -> None:
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base_image({}))
    fetched = [instruction.text for instruction in instructions() if instruction.name == "FROM"]
    assert fetched == ["${BASE_IMAGE} AS build", "${BASE_IMAGE}"]
    copied = [instruction.text for instruction in instructions() if instruction.name in {"COPY", "ADD"}]
    assert copied == [". .", f"--from=build {PYTHON} {PYTHON}"]
    # It would have an engine fetch what reads the file.
    assert "syntax=" not in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()[0]


def test_an_image_runs_its_package_whoever_starts_it_and_by_whatever_way() -> None:
    (entrypoint,) = (json.loads(text) for text in said("ENTRYPOINT"))
    assert entrypoint == [f"{PYTHON}/bin/entrypoint"]
    assert pairs("ENV")["AIRBYTE_ENTRYPOINT"] == entrypoint[0]
    assert 'ln -s "$PACKAGE" "$VIRTUAL_ENV/bin/entrypoint"' in stages()[0][-1].text
    assert all(package.commands == (folder,) for folder, package in with_images().items())


def test_an_image_is_of_somebody_without_rights_and_for_anybody() -> None:
    assert said("USER") == ["1000:0"]
    assert 'chmod -R u=rwX,go=rX "$VIRTUAL_ENV"' in stages()[0][-1].text
    assert f"install --directory --mode=1777 {said('WORKDIR')[0]}" in said("RUN")[0]
    assert pairs("ENV")["HOME"] == "/tmp"  # noqa: S108  # the one folder that is there to be written to


def test_no_start_compiles_what_it_runs() -> None:
    install, standard_library = stages()[0][-1].text, said("RUN")[0]
    assert "--compile-bytecode" in install
    assert "compileall" in standard_library
    assert "PYC_INVALIDATION_MODE=UNCHECKED_HASH" in install
    assert "--invalidation-mode unchecked-hash" in standard_library


def test_everything_that_is_not_ours_is_installed_by_its_hash() -> None:
    commands = [command.strip() for command in stages()[0][-1].text.split(";")]
    installing = [command for command in commands if "pip install" in command]
    assert [("--require-hashes" in command, "--no-deps" in command, command.split()[-1]) for command in installing] == [
        (True, True, "uv.txt"),
        (True, True, "others.txt"),
        (False, True, '"./$PACKAGE"'),
    ]
    assert "UV_BUILD_CONSTRAINT=/build/requirements.lock" in stages()[0][-1].text


def test_an_image_says_what_it_is() -> None:
    assert pairs("LABEL") == {
        "org.opencontainers.image.title": "$PACKAGE",
        "org.opencontainers.image.description": "$DESCRIPTION",
        "org.opencontainers.image.version": "$VERSION",
        "org.opencontainers.image.revision": "$REVISION",
        "org.opencontainers.image.licenses": METADATA["license"],
        "org.opencontainers.image.source": METADATA["source"],
        "org.opencontainers.image.documentation": f"{METADATA['home']}/docs/images",
        "org.opencontainers.image.base.name": "$BASE_IMAGE",
        "io.airbyte.name": f"{METADATA['images']}/$PACKAGE",
        "io.airbyte.version": "$VERSION",
    }
    assert f"VERSION={METADATA['version']}" in said("ARG")


def test_a_build_argument_is_nothing_that_nobody_may_know() -> None:
    """What is given as an argument is seen by whoever looks at what was built; what is mounted is not."""
    arguments = {instruction.text.partition("=")[0] for instruction in instructions() if instruction.name == "ARG"}
    told = {"PACKAGE", "DESCRIPTION", "VERSION", "REVISION"}
    assert arguments == {*told, "BASE_IMAGE", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"}
    assert re.findall(r"--mount=type=secret,id=(\w+)", stages()[0][-1].text) == ["ca", "netrc"]


# ------------------------------------------------------------------ what is sent to the engine


def sent(root: Path) -> set[str]:
    """The files of a folder that an engine is given."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    paths = exclude_paths(str(root), patterns, dockerfile="Dockerfile")
    return {path for path in paths if (root / path).is_file()} - {"Dockerfile", ".dockerignore"}


def test_an_engine_is_given_what_the_packages_are_made_of_and_nothing_else() -> None:
    code = {
        str(path.relative_to(ROOT))
        for package in packages()
        for path in (package.root / package.module).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    beside = {
        f"{package.folder}/{name}" for package in packages() for name in ("pyproject.toml", "README.md", "LICENSE")
    }
    assert sent(ROOT) == {"requirements.lock", "metadata.yaml", "LICENSE", *code, *beside}


PRIVATE = (
    ".env",
    ".git/config",
    ".netrc",
    ".state/connection/state.json",
    ".tmp/x",
    ".venv/lib/x.py",
    "connection.yaml",
    "decisions.json",
    "2026-11-29/changes.jsonl",
    "reports/2026-11-29/result.html",
    "secrets/config.json",
    "unit_tests/test_x.py",
    "__pycache__/x.pyc",
)
"""What may lie about in a folder that somebody works in."""


@pytest.mark.parametrize("folder", ["", "source-huma", "source-huma/source_huma", "huma-xledger/huma_xledger/serving"])
def test_nothing_private_is_given_to_an_engine_wherever_it_lies(folder: str, tmp_path: Path) -> None:
    for package in ("source-huma", "huma-xledger"):
        copytree(ROOT / package, tmp_path / package, ignore=ignore_patterns("__pycache__", ".*"), symlinks=True)
    before = sent(tmp_path)
    assert len(before) > 20
    for name in PRIVATE:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("zq-secret", encoding="utf-8")
    assert sent(tmp_path) == before


# ------------------------------------------------------------------ which engine


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a command into an empty PATH that writes down what it is asked, and fails where that has a word in it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("ENGINE", "BASE_IMAGE", "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "CA", "NETRC"):
        monkeypatch.delenv(name, raising=False)

    def put(name: str, *fails: str, prints: str = "") -> Path:
        asked = tmp_path / f"{name}.log"
        cases = "".join(f"*{word}*) echo 'no {word} here' >&2; exit 1;; " for word in fails)
        script = f'#!/bin/sh\necho "$*" >> {asked}\ncase "$*" in {cases}esac\necho "{prints}"\n'
        (tmp_path / name).write_text(script, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
        return asked

    return put


def found(**environment: str) -> Engine:
    return Engine.found({**environment, "PATH": environment.get("PATH", str(Path()))})


@pytest.mark.parametrize(
    ("there", "used"),
    [
        ({"docker": (), "podman": (), "buildah": ()}, "docker"),
        ({"docker": ("version",), "podman": (), "buildah": ()}, "podman"),
        ({"docker": ("buildx",), "podman": ()}, "podman"),
        ({"podman": ("info",), "buildah": ()}, "buildah"),
        ({"buildah": ()}, "buildah"),
    ],
    ids=["all of them", "docker without a daemon", "docker without buildx", "podman that is broken", "buildah alone"],
)
def test_the_engine_is_the_first_that_works(
    there: Mapping[str, tuple[str, ...]], used: str, stand_in: Callable[..., Path], tmp_path: Path
) -> None:
    for name, fails in there.items():
        stand_in(name, *fails)
    assert found(PATH=str(tmp_path)).name == used


def test_an_engine_may_be_named_with_options_for_whatever_it_does(
    stand_in: Callable[..., Path], tmp_path: Path
) -> None:
    stand_in("docker")
    stand_in("podman")
    engine = found(PATH=str(tmp_path), ENGINE="podman --root /elsewhere")
    assert engine.name == "podman"
    assert engine.run("image", "spec", options=["--read-only"]) == [
        *("podman", "--root", "/elsewhere", "run", "--rm", "--read-only", "image", "spec")
    ]


@pytest.mark.parametrize(
    ("there", "named", "why"),
    [
        ({}, "", "There is no docker. There is no podman. There is no buildah."),
        ({"docker": ("version",)}, "", "docker reaches no daemon. There is no podman."),
        ({"docker": (), "podman": ("info",)}, "podman", "podman does not work here: `podman info` says why."),
        ({"docker": (), "kaniko": ()}, "kaniko", "kaniko is none of docker, podman, buildah."),
    ],
    ids=["none", "a client alone", "named and broken", "named and unknown"],
)
def test_where_no_engine_works_it_says_why_and_what_to_install(
    there: Mapping[str, tuple[str, ...]],
    named: str,
    why: str,
    stand_in: Callable[..., Path],
    tmp_path: Path,
) -> None:
    for name, fails in there.items():
        stand_in(name, *fails)
    with pytest.raises(NoEngineError) as raised:
        found(PATH=str(tmp_path), ENGINE=named)
    assert why in str(raised.value)
    assert "apt-get install podman" in str(raised.value)


def test_whoever_wants_no_image_built_says_so(stand_in: Callable[..., Path], tmp_path: Path) -> None:
    stand_in("docker")
    with pytest.raises(NoEngineError, match="ENGINE is none"):
        found(PATH=str(tmp_path), ENGINE="none")


# ------------------------------------------------------------------ how it is built

HERE = Commit("0123456789abcdef", datetime(2026, 11, 29, 12, tzinfo=timezone.utc))


def built(commit: Commit | None = HERE, /, **environment: str) -> Build:
    return build_of(Package("source-huma"), commit, environment)


def test_an_image_has_its_version_and_what_it_was_built_from_on_it() -> None:
    made = built()
    assert made.tags == ("huma-xledger/source-huma:0.1.0", "huma-xledger/source-huma:dev")
    assert {**made.arguments} == {
        "BASE_IMAGE": base_image({}),
        "PACKAGE": "source-huma",
        "DESCRIPTION": "Airbyte source connector that reads people from Huma.",
        "VERSION": "0.1.0",
        "REVISION": HERE.revision,
    }
    assert made.labels == {
        "org.opencontainers.image.base.digest": base_image({}).partition("@")[2],
        "org.opencontainers.image.created": "2026-11-29T12:00:00+00:00",
    }


def test_what_is_not_known_of_an_image_is_not_said_on_it() -> None:
    made = built(None, BASE_IMAGE="localhost/python:3.11")
    assert made.arguments["BASE_IMAGE"] == "localhost/python:3.11"
    assert made.labels == {}


def test_the_way_to_an_index_is_taken_from_the_environment() -> None:
    environment = {
        "PIP_INDEX_URL": "https://registry.example.com/simple",
        "HTTPS_PROXY": "http://user:zq-password@proxy.example.com:3128",
        "NO_PROXY": "registry.example.com",
        "SSL_CERT_FILE": "/etc/ssl/company.pem",
        "NETRC": "/home/somebody/netrc",
    }
    made = built(**environment)
    # By name alone: the engine takes the values from its own environment, and no list of processes shows them.
    assert [name for name, value in made.arguments.items() if value is None] == [
        "PIP_INDEX_URL",
        "HTTPS_PROXY",
        "NO_PROXY",
    ]
    assert made.secrets == {"ca": Path("/etc/ssl/company.pem"), "netrc": Path("/home/somebody/netrc")}
    command = Engine("podman", ("podman",)).build(made)
    assert command[:2] == ["podman", "build"]
    assert {"id=ca,src=/etc/ssl/company.pem", "PIP_INDEX_URL", "HTTPS_PROXY"} <= set(command)
    assert "zq-password" not in " ".join(command)


def test_an_image_is_built_for_another_kind_of_machine_where_that_is_named() -> None:
    assert "--platform" not in Engine("docker", ("docker",)).build(built())
    command = Engine("docker", ("docker",)).build(built(PLATFORM="linux/amd64"))
    assert command[command.index("--platform") + 1] == "linux/amd64"


def test_certificates_for_the_build_alone_are_preferred_to_those_that_are_gone_by_here() -> None:
    assert built(CA="/build.pem", SSL_CERT_FILE="/here.pem").secrets == {"ca": Path("/build.pem")}


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"])
@pytest.mark.parametrize("login", ["user:zq-password", "zq-password", "zq-password:"])
def test_a_password_in_the_address_of_an_index_is_refused_for_it_would_stay(name: str, login: str) -> None:
    with pytest.raises(BuildError, match=f"{name} has a user or a password in it.* NETRC=file") as raised:
        built(**{name: f"https://{login}@registry.example.com/simple"})
    assert "zq-password" not in str(raised.value)


def test_a_base_that_is_here_is_not_fetched(stand_in: Callable[..., Path]) -> None:
    asked = stand_in("podman")
    build(Engine("podman", ("podman",)), Package("source-huma"), {"BASE_IMAGE": "localhost/python:3.11"})
    assert [line.split()[0] for line in asked.read_text(encoding="utf-8").splitlines()] == ["image", "build"]


@pytest.mark.parametrize("engine", ["docker", "podman", "buildah"])
def test_where_the_base_cannot_be_pulled_it_says_how_to_name_another(
    engine: str, stand_in: Callable[..., Path]
) -> None:
    asked = stand_in(engine, "inspect", "pull")
    with pytest.raises(BuildError, match=r"cannot be pulled.*BASE_IMAGE=localhost/python:3\.11"):
        build(Engine(engine, (engine,)), Package("source-huma"), {})
    assert "build " not in asked.read_text(encoding="utf-8")


def test_whoever_builds_is_told_what_was_built_and_how_large_it_is(
    stand_in: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in("podman", prints="702 MB")
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split() for line in lines] == [[*tags(package), "702", "MB"] for package in with_images().values()]
    assert set(with_images()) == {*(connector["name"] for connector in METADATA["connectors"]), "huma-xledger"}


def test_whoever_builds_is_told_what_was_not_built(
    stand_in: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in("podman", "PACKAGE=source-huma")
    assert main(["source-huma"]) == 1
    assert capsys.readouterr().err == "The image of source-huma was not built: podman says above why.\n"


# ------------------------------------------------------------------ the page


def page() -> str:
    return (ROOT / "docs" / "images.md").read_text(encoding="utf-8")


def test_the_page_tells_of_whatever_may_be_said_to_what_builds_images() -> None:
    names = {*CERTIFICATES, *INDEXES, "BASE_IMAGE", "ENGINE", "HTTPS_PROXY", "NETRC", "NO_PROXY", "PACKAGE", "PLATFORM"}
    before, _, _ = page().partition("## Run them")
    rows = [line for line in before.splitlines() if line.startswith("| `")]
    assert names - set(re.findall(r"\b[A-Z_]+\b", " ".join(rows))) == set()
    assert [name for name in with_images() if f"`{name}`" not in page()] == []


def test_the_page_tells_of_every_label() -> None:
    told = re.findall(r"`([\w.]+)`", page().partition("| label |")[2].partition("\n\n")[0])
    full = {f"org.opencontainers.image{name}" if name.startswith(".") else name for name in told}
    assert full == {*pairs("LABEL"), *built().labels}


def test_the_page_says_where_an_image_has_what_it_runs() -> None:
    assert [text for text in (f"`{PYTHON}`", f"`{PYTHON}/bin/entrypoint`", "`/state`") if text not in page()] == []
