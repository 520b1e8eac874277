"""An arrow of imports only ever runs down: between packages, between the rooms of a package, and between modules."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PACKAGES = """
huma_xledger
destination_huma
source_huma  source_xledger  destination_xledger
huma_api  xledger_api
connector_base
shared_mappings
"""
"""The packages, from top to bottom. Those in one row do not know each other; each may import those below it."""

DISTRIBUTION = "distribution"
"""What takes the packages out of the repository: it has rooms like them, and is none of them."""

ROOMS = {
    "huma_xledger": """
        __main__
        listen
        serving  receiving  setting_up
        reviewing  bringing  event_list
        telling  inbox  airbyte
        connection
        report  states_of_sync
        state_file  checking
        belonging  pyairbyte  lock  screen  connection_file
        environment  direction
        loopback  metering  listen_settings  child  plain_lines
        airbyte_settings
        given
        temporary  private_file  watching  ending  clock
    """,
    "source_huma": """
        run
        entrypoint  in_process
        source
        manifest  changed_users
        users  users_list  lists  declared  known_groups
        named_users
    """,
    "source_xledger": """
        run
        entrypoint
        source
        employees
        config
    """,
    "destination_huma": """
        __main__
        run
        destination
        discovery  checking  syncing
        reporting
        people  connection
        config
        settings  keys
        huma
    """,
    "destination_xledger": """
        __main__
        run  verify
        destination  verifying
        discovery  checking  syncing
        reporting
        people  config
        settings  xledger
    """,
    "huma_api": """
        writing
        asking  people
    """,
    "xledger_api": """
        employees  probing
        sending
        language  sifting  tariff
    """,
    "connector_base": """
        writing  reading
        reporting  telling
        people  log_redaction  storage
        protocol  settings  incremental
        findings  waiting
        failures  validation  environment  process  reaching  systems  scrubbing  traffic  pages
    """,
    "shared_mappings": """
        decisions_file  fates
        decisions
        planning  used_schema
        direction  employee_schema  employee_record  user_schema  user
        desired  employee  explained
        field_table
        comparators  converters_back  policies
        converters
        countries  dates  able
        normal_forms
        codes  states  record_schema  api_url  rulings  fingerprints  languages  tables
    """,
    DISTRIBUTION: """
        host_tests  image_tests  python_tests  site_tests  terraform_tests
        wheels  pythons
        bill  building
        licences
        environment  images  staged
        engine  description  site  commit
        packages  pages  page_text  hosts_page  command
        repository  host_versions
    """,
}
"""The rooms of each package, in the same way. A room is a module at the root of a package, or a folder of modules."""

TESTS = ("integration_tests", "benchmarks")
"""They import everything, and no package imports them."""

TRIES = re.compile(rf"{DISTRIBUTION}\.\w+_tests\b")
"""The rooms in which what leaves the repository is tried: above all tests."""

PURE = {
    *(
        "base64",
        "collections",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "importlib.resources",
        "json",
    ),
    *("re", "types", "typing", "unicodedata", "zoneinfo"),
    *("babel", "idna", "orjson", "phonenumbers", "pydantic", "stdnum", "tzdata", "yaml"),
}
"""What the domain stands on: nothing of it reaches a network, a clock or a host."""

CLOCKS = {"now", "today", "utcnow"}

LOGGING = (
    *("source_huma", "source_xledger", "destination_huma", "destination_xledger"),
    *("huma_api", "xledger_api", "connector_base"),
)
"""The packages whose log lines a host gets to see."""


@dataclass(frozen=True)
class Arrow:
    """An import.

    Attributes:
        importer: The module that imports.
        imported: The module that is imported, or something in it.
        line: Where.
    """

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"

    def within(self, package: str) -> bool:
        """Whether both ends are in a package."""
        return {first(self.importer), first(self.imported)} == {package}


def first(name: str) -> str:
    return name.partition(".")[0]


def code(path: Path) -> ast.Module:
    """What a file runs. A manifest imports the classes that it names."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        named = (re.fullmatch(r"\s*class_name: (\S+)", line) for line in text.splitlines())
        text = "\n".join(f"import {name[1]}" if name else "" for name in named)
    return ast.parse(text)


def folder_of(package: str) -> Path:
    """Where the modules of a package are: in a folder within its own, or at the root."""
    (found,) = (path for path in (ROOT / package, *ROOT.glob(f"*/{package}")) if (path / "__init__.py").is_file())
    return found


def modules(package: str) -> dict[str, ast.Module]:
    """The modules of a package by their names, `__init__`, `__main__` and a manifest included."""
    folder = folder_of(package)
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts): code(path)
        for path in sorted((*folder.rglob("*.py"), *folder.glob("manifest.yaml")))
    }


MODULES = {package: modules(package) for package in ROOMS}


def arrows(package: str) -> Iterator[Arrow]:
    """Every import of a package, those for types alone and those within functions included."""
    for module, tree in MODULES[package].items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (Arrow(module, name.name, node.lineno) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{module}, line {node.lineno}: name the module in full."
                yield from (Arrow(module, f"{node.module}.{name.name}", node.lineno) for name in node.names)


ARROWS = [arrow for package in MODULES for arrow in arrows(package)]


def ranks(table: str) -> Mapping[str, int]:
    """The row of each name in a table, the lowest being 0."""
    rows = reversed(table.strip().splitlines())
    return {name: rank for rank, row in enumerate(rows) for name in row.split()}


def upwards(table: str, ends: Mapping[Arrow, tuple[str, str]]) -> list[str]:
    """The arrows that do not run down a table.

    Args:
        table: What stands above what.
        ends: For each arrow, what it leads from and to, by the names of the table.
    """
    rank = ranks(table)
    return [
        f"{arrow}: {end} is not below {start}"
        for arrow, (start, end) in ends.items()
        if start != end and rank[start] <= rank[end]
    ]


def test_every_package_is_in_the_table() -> None:
    found = {path.parent.name.replace("-", "_") for path in ROOT.glob("*/pyproject.toml")}
    assert found == set(PACKAGES.split()), "Put it into PACKAGES, in the row right above what it imports."


def test_no_package_imports_one_that_is_not_below_it() -> None:
    ours = set(PACKAGES.split())
    both = ((arrow, (first(arrow.importer), first(arrow.imported))) for arrow in ARROWS)
    ends = {arrow: pair for arrow, pair in both if ours.issuperset(pair)}
    assert len(ends) > 100
    assert upwards(PACKAGES, ends) == []


HOST_IMPORTS = {
    "huma_xledger.bringing.in_process": {
        "destination_xledger.config",
        "destination_xledger.destination",
        "huma_api.asking.sync_run",
        "source_huma.in_process",
        "xledger_api.sending.client",
    },
    "huma_xledger.metering": {"xledger_api.tariff"},
}
"""What modules of the host import of connectors and APIs: those of one direction that stay loaded, and what there is no
message to learn from."""


def test_the_host_imports_no_connector_and_no_api() -> None:
    """It runs the connectors' commands, as any host would."""
    others = set(PACKAGES.split()) - {"huma_xledger", "connector_base", "shared_mappings"}
    seen = [arrow for arrow in ARROWS if first(arrow.importer) == "huma_xledger"]
    assert seen
    assert [
        str(arrow)
        for arrow in seen
        if first(arrow.imported) in others
        and arrow.imported.rpartition(".")[0] not in HOST_IMPORTS.get(arrow.importer, set())
    ] == []


@pytest.mark.parametrize("around", [*TESTS, DISTRIBUTION])
def test_no_package_imports_what_tests_it_or_hands_it_out(around: str) -> None:
    assert (ROOT / around).is_dir()
    found = [arrow for arrow in ARROWS if first(arrow.imported) == around and first(arrow.importer) != DISTRIBUTION]
    assert [str(arrow) for arrow in found] == []


def test_what_hands_the_packages_out_takes_them_for_files_and_imports_none_of_them_and_no_test() -> None:
    """It works on whatever state they are in. What tries it is above, and imports them all."""
    others = {*PACKAGES.split(), *TESTS}
    hands_out = [arrow for arrow in arrows(DISTRIBUTION) if not TRIES.match(arrow.importer)]
    assert hands_out
    assert [str(arrow) for arrow in hands_out if first(arrow.imported) in others] == []


@pytest.mark.parametrize("tests", TESTS)
def test_no_test_imports_what_tries_what_leaves_the_repository(tests: str) -> None:
    """One way: these start the sandbox of the tests, and `make test` installs and builds nothing."""
    importing = re.compile(rf"^\s*(?:from|import) {TRIES.pattern}", re.MULTILINE)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / tests).rglob("*.py")}
    assert [name for name, text in texts.items() if importing.search(text)] == []


def rooms(package: str) -> set[str]:
    """The rooms that a package has; what it offers as a whole, its `__init__`, is none."""
    return {module.split(".")[1] for module in MODULES[package] if module != f"{package}.__init__"}


@pytest.mark.parametrize("package", MODULES)
def test_every_room_is_in_the_table(package: str) -> None:
    where = f"Put it into ROOMS[{package!r}], in the row right above what it imports."
    assert rooms(package) == set(ROOMS[package].split()), where


@pytest.mark.parametrize("package", MODULES)
def test_no_room_imports_one_that_is_not_below_it(package: str) -> None:
    """What a package offers as a whole stands above all of its rooms."""

    def room(name: str) -> str:
        below = (*name.split("."), "")[1]
        return below if below in rooms(package) else "__init__"

    table = f"__init__\n{ROOMS[package].strip()}"
    ends = {arrow: (room(arrow.importer), room(arrow.imported)) for arrow in ARROWS if arrow.within(package)}
    assert upwards(table, {arrow: pair for arrow, pair in ends.items() if ranks(table).keys() >= {*pair}}) == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    every = {module for package in MODULES.values() for module in package}
    graph: dict[str, set[str]] = {}
    for arrow in ARROWS:
        module = arrow.imported if arrow.imported in every else arrow.imported.rpartition(".")[0]
        graph.setdefault(arrow.importer, set()).add(module)
    TopologicalSorter(graph).prepare()


def test_the_readme_shows_the_layout() -> None:
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## How it is built\n")[2].partition("\n## ")[0]
    )
    assert re.findall(r"^```\w*$(.+?)^```$", section, re.MULTILINE | re.DOTALL) == [PACKAGES]


@pytest.mark.parametrize("package", MODULES)
def test_the_readme_of_a_package_says_of_each_module_what_it_is_for(package: str) -> None:
    folder = folder_of(package)
    readme = (folder if folder.parent == ROOT else folder.parent) / "README.md"
    rows = [line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    told = {name for row in rows for name in re.findall(r"`(\w+)\.py`", row)}
    there = {module.rpartition(".")[2] for module in MODULES[package]} - {"__init__", "manifest", "conftest"}
    tests = {name for name in there if name.startswith("test_")}
    assert told == there - tests, "Put it into the table of modules."


def test_the_domain_imports_nothing_but_what_is_pure() -> None:
    impure = [
        str(arrow)
        for arrow in ARROWS
        if first(arrow.importer) == "shared_mappings"
        and not {first(arrow.imported), arrow.imported.rpartition(".")[0]} & {*PURE, "shared_mappings"}
    ]
    assert impure == [], "What reaches a network, a clock or a host belongs above; if this does not, put it into PURE."


def test_the_domain_never_reads_the_clock() -> None:
    read = [
        f"{module}, line {node.lineno}"
        for module, tree in MODULES["shared_mappings"].items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS
    ]
    assert read == []


def loggers_made_in(package: str) -> Iterator[tuple[str, str]]:
    """Each logger with its module, but for those that are handed to the CDK, whose words are not ours.

    Those that `log_redaction` has no name for are everybody's, and set up there.
    """
    for module, tree in MODULES[package].items():
        named = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)}
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        handed_over = {id(value) for call in calls for value in (*call.args, *(word.value for word in call.keywords))}
        for node in calls:
            if ast.unparse(node.func).rpartition(".")[2] != "getLogger":
                continue
            if id(node) not in handed_over and (id(node) in named or not module.endswith(".log_redaction")):
                yield module, ast.unparse(node.args[0])


def test_every_logger_is_named_by_its_module_below_the_one_that_a_host_listens_to() -> None:
    """What is logged elsewhere is not redacted, and does not arrive as a message."""
    loggers = [logger for package in LOGGING for logger in loggers_made_in(package)]
    assert loggers
    assert [
        f"{module} logs to {name}"
        for module, name in loggers
        if name not in {"f'airbyte.{__name__}'", repr(f"airbyte.{module}")}
    ] == []
