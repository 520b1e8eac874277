"""What is there to run the listener with: a unit of systemd, a Compose file, and what makes TLS before it."""

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from distribution.images import tags
from distribution.packages import Package
from huma_xledger.airbyte_settings import LOGIN
from huma_xledger.bringing.beforehand import Beforehand
from huma_xledger.bringing.condition import Condition
from huma_xledger.bringing.worker import TO_STOP
from huma_xledger.connection_file import ConnectionFile
from huma_xledger.inbox.store import Inbox
from huma_xledger.listen import TO_END, TO_TELL
from huma_xledger.listen_settings import PATH, PORT, ListenSettings
from huma_xledger.loopback import SECONDS_TO_END
from huma_xledger.metering import Meters
from huma_xledger.receiving.health import Health
from integration_tests.dockerfile import Instruction, stages
from integration_tests.webhook_listener import NOON, Listening, served

PACKAGE = Path(__file__).parents[1] / "huma-xledger"
DEPLOY = PACKAGE / "deploy"
PAGE = PACKAGE / "docs" / "listen.md"
UNIT = DEPLOY / "huma-xledger-listen@.service"
COMMAND = "/opt/huma-xledger/bin/huma-xledger"


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit() -> dict[str, str]:
    """The settings of the unit; of one that comes more than once, all of them."""
    settings: dict[str, str] = {}
    for line in text_of(UNIT.name).splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            settings[name] = f"{settings[name]} {value}" if name in settings else value
    return settings


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))
    return loaded


# ------------------------------------------------------------------ the unit


def test_a_unit_takes_the_webhooks_of_the_connection_that_it_is_named_after() -> None:
    assert unit()["ExecStart"] == f"{COMMAND} listen /etc/huma-xledger/%i"
    assert unit()["EnvironmentFile"] == "-/etc/huma-xledger/%i/environment"


def test_a_unit_has_its_state_where_it_is_started_and_nobody_else_reads_it() -> None:
    settings = unit()
    assert settings["WorkingDirectory"] == f"/var/lib/{settings['StateDirectory']}"
    assert (settings["StateDirectoryMode"], settings["UMask"]) == ("0700", "0077")


def test_a_unit_is_started_again_whatever_ended_it_unless_somebody_has_to_correct_the_file_first() -> None:
    settings = unit()
    kept = ("Restart", "RestartSec", "StartLimitIntervalSec", "RestartPreventExitStatus")
    assert [settings[name] for name in kept] == ["always", "5", "0", "2"]


def test_a_unit_that_is_stopped_lets_a_run_come_to_its_end() -> None:
    settings = unit()
    assert (settings["KillSignal"], settings["KillMode"]) == ("SIGTERM", "mixed")
    assert int(settings["TimeoutStopSec"]) > SECONDS_TO_END + TO_END + TO_STOP + TO_TELL


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("User", "huma-xledger"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX AF_NETLINK"),
        ("SystemCallFilter", "@system-service ~@privileged @resources"),
    ],
)
def test_a_unit_has_no_right_that_it_does_not_need(setting: str, value: str) -> None:
    assert unit()[setting] == value


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    here.write_text(text_of(UNIT.name).replace(COMMAND, sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert (done.returncode, done.stderr) == (0, "")


# ------------------------------------------------------------------ how well it is


def health_check(port: int) -> int:
    """How the check of the listener's health ends, where the listener is on a port."""
    kind, *arguments = compose()["services"]["listener"]["healthcheck"]["test"]
    assert (kind, *arguments[:2]) == ("CMD", "python", "-c")
    assert str(PORT) in arguments[2]
    with pytest.raises(SystemExit) as ended:
        exec(arguments[2].replace(str(PORT), str(port)), {})  # noqa: S102  # our own words
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("waits", "code"), [(timedelta(0), 0), (timedelta(hours=1), 1)], ids=["well", "not well"])
def test_a_listener_is_healthy_while_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: timedelta, code: int
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # which is for what is elsewhere
    listening = Listening(Inbox.opened(tmp_path / "inbox.sqlite"), condition=Condition(True, None, NOON - waits, 1, 0))
    with served(listening) as port:
        assert health_check(port) == code


def test_a_wheel_needs_nothing_of_what_runs_the_listener() -> None:
    project = tomli.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["huma_xledger"]
    modules = [path.read_text(encoding="utf-8") for path in (PACKAGE / "huma_xledger").rglob("*.py")]
    assert [module for module in modules if "deploy/" in module] == []


# ------------------------------------------------------------------ Compose


def test_nobody_reaches_the_listener_of_a_compose_file_but_the_proxy() -> None:
    """It listens on 127.0.0.1 of a network that has only these two in it, and which has no port but the proxy's."""
    services = compose()["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"network"}
    assert services["network"]["ports"] == ["80:80", "443:443"]
    assert services["listener"]["network_mode"] == services["proxy"]["network_mode"] == "service:network"


@pytest.mark.parametrize("service", ["network", "listener", "proxy"])
def test_a_service_of_a_compose_file_has_no_right_that_it_does_not_need(service: str) -> None:
    settings = compose()["services"][service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings.get("cap_add", []) == (["NET_BIND_SERVICE"] if service == "proxy" else [])
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["restart"] == "unless-stopped"


def test_what_a_compose_file_names_is_there() -> None:
    services, volumes = compose()["services"], compose()["volumes"]
    listener, proxy = services["listener"], services["proxy"]
    context = (DEPLOY / listener["build"]["context"]).resolve()
    assert (context / "Dockerfile").is_file()
    assert listener["build"]["args"] == {"PACKAGE": PACKAGE.name}
    assert services["network"]["image"] == listener["image"] == tags(Package(PACKAGE.name))[1]
    assert (DEPLOY / f"{listener['env_file']}.example").is_file()
    mounted = [volume.split(":")[0] for volume in (*listener["volumes"], *proxy["volumes"])]
    assert {name for name in mounted if not name.startswith("./")} == set(volumes)
    assert "./connection" in mounted
    assert (DEPLOY / "Caddyfile").is_file()
    assert "./Caddyfile" in mounted


def test_a_compose_file_listens_where_the_image_works_and_lets_a_run_come_to_its_end() -> None:
    listener = compose()["services"]["listener"]
    assert Instruction("WORKDIR", "/state") in stages()[1]
    assert listener["command"] == ["listen", "/connection"]
    assert listener["volumes"] == ["./connection:/connection:ro", "state:/state"]
    assert listener["stop_grace_period"] == f"{unit()['TimeoutStopSec']}s"


def test_a_secret_of_somebodys_is_not_taken_into_the_repository() -> None:
    assert {"/environment", "/connection/"} <= set(text_of(".gitignore").splitlines())


# ------------------------------------------------------------------ TLS


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_what_makes_tls_passes_on_the_webhook_and_nothing_else(name: str) -> None:
    text = re.sub(r"#.*", "", text_of(name))
    assert re.findall(r"127\.0\.0\.1:\d+", text) == [f"127.0.0.1:{PORT}"]
    assert re.findall(r"(?:path|location =) (\S+)", text) == [PATH]
    assert "POST" in text
    assert re.search(r"(handle|location /) \{\s+(respond|return) 403", text)
    assert "healthz" not in text
    assert "metrics" not in text


def test_what_makes_tls_keeps_nothing_of_a_webhook_in_a_file() -> None:
    """In nginx a body is put into a file where it is larger than the buffer; Caddy logs the headers of what fails."""
    (largest,) = re.findall(r"client_max_body_size (\w+);", text_of("nginx.conf"))
    assert f"client_body_buffer_size {largest};" in text_of("nginx.conf")
    assert "request>headers delete" in text_of("Caddyfile")


# ------------------------------------------------------------------ what is copied


def test_the_examples_are_a_connection_whose_webhooks_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in re.findall(r"^(\w+)=", text_of("environment.example"), re.MULTILINE):
        monkeypatch.setenv(name, f"zq-{name}")
    (tmp_path / "connection.yaml").write_text(text_of("connection.yaml.example"), encoding="utf-8")
    file = ConnectionFile.read(tmp_path)
    beforehand = Beforehand.of(file)
    settings = ListenSettings("zq-HUMA_WEBHOOK_SECRET", "zq-HUMA_WEBHOOK_TOKEN")
    assert beforehand.settings_to_listen(file) == settings
    assert list(beforehand.warnings(file)) == []


def test_the_example_of_airbytes_on_the_page_is_a_connection_whose_webhooks_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HUMA_WEBHOOK_SECRET", "HUMA_WEBHOOK_TOKEN", "AIRBYTE_CLIENT_SECRET"):
        monkeypatch.setenv(name, f"zq-{name}")
    section = page().partition("## Where Airbyte runs the connection\n")[2].partition("\n| key")[0]
    shown = re.findall(r"^    (.+)$", section, re.MULTILINE)
    (tmp_path / "connection.yaml").write_text("\n".join(shown), encoding="utf-8")
    file = ConnectionFile.read(tmp_path)
    assert Beforehand.of(file).settings_to_listen(file).airbyte is not None


def test_the_examples_fit_each_other() -> None:
    named = set(re.findall(r"\$\{(\w+)\}", text_of("connection.yaml.example")))
    assert named == set(re.findall(r"^(\w+)='.+'$", text_of("environment.example"), re.MULTILINE))


# ------------------------------------------------------------------ the page


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"\]\(([^)#]+)", page())
    assert {"../deploy/compose.yaml", "../deploy/Caddyfile", "../deploy/nginx.conf"} <= set(named)
    assert [path for path in named if not (PAGE.parent / path).exists()] == []
    assert [name for name in re.findall(r"`(\w+\.example)`", page()) if not (DEPLOY / name).is_file()] == []


def test_the_page_begins_with_the_connection_that_is_there_to_be_copied() -> None:
    shown = page().partition("## What stands in `connection.yaml`\n")[2].strip("\n").split("\n\n")[0]
    example = [line for line in text_of("connection.yaml.example").splitlines() if not line.startswith("#")]
    assert [line.removeprefix("    ") for line in shown.splitlines()] == example


def test_the_page_says_where_the_listener_is() -> None:
    assert f"curl http://127.0.0.1:{PORT}/healthz" in page()
    assert f"**URL**: `https://huma.example.com{PATH}`" in page()
    assert f"| `listen.port` | default {PORT} |" in page()


def test_the_page_tells_of_everything_that_is_said_of_how_things_are() -> None:
    keys = {field.name for field in fields(Health)}
    assert [key for key in keys if f"`{key}`" not in page()] == []


def test_the_page_tells_of_everything_that_is_measured() -> None:
    metrics = {
        name if kind != "counter" else f"{name.removesuffix('_total')}_total"
        for name, kind in re.findall(r"^# TYPE huma_xledger_(\w+) (\w+)$", Meters().text().decode(), re.MULTILINE)
    }
    assert len(metrics) > 10
    assert [name for name in metrics if not re.search(rf"`{name}[`{{]", page())] == []


def test_the_page_tells_of_every_setting_of_airbytes() -> None:
    section = page().partition("## Where Airbyte runs the connection\n")[2].partition("\n## ")[0]
    assert [name for name in (*LOGIN, "connection_id") if f"`{name}`" not in section] == []
