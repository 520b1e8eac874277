"""Looks at an Xledger, by reading alone: ten requests when everything is answered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from connector_base.failures import ConnectorError
from destination_xledger.config import Config
from destination_xledger.verifying.observed import Look, Node, Observed, Page, Refusal
from shared_mappings import field_table
from xledger_api.employees.look_ups import KEYS_PER_REQUEST
from xledger_api.employees.pages import page_of, spelled
from xledger_api.employees.requests import LARGEST_PAGE, can_filter, employees
from xledger_api.language.fitting import shown
from xledger_api.language.introspection import EMPLOYEES
from xledger_api.language.operations import Path, query
from xledger_api.language.schema import NODE, Schema
from xledger_api.probing import VIEWER
from xledger_api.sending.answers import Answer, Failure
from xledger_api.sending.client import XledgerClient
from xledger_api.sending.learning import answer_to, schema_of
from xledger_api.sending.tokens import may_be_a_token

ON_A_PAGE: Final = 100
"""Enough employees to see what theirs look like, and few enough to cost next to nothing."""

_A_FEW: Final = 10

_KEYS: Final[tuple[Path, ...]] = (("dbId",), ("code",), ("contact", "email"))
"""What tells who was found."""

Arguments = Mapping[str, Any]


def look_at(settings: Config, connect: Callable[[Config], XledgerClient]) -> Observed:
    """Looks at an Xledger. Nothing is ever written.

    Args:
        settings: How to reach it.
        connect: Makes the client.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked, or not any longer.
    """
    client = connect(settings)
    schema = schema_of(client)
    viewer_tells = _viewer_tells(client, schema)
    eyes = _Eyes(client, schema)
    eyes.look({Look.EMPLOYEES: (shown(field_table(), schema), {"first": ON_A_PAGE})})
    readable = tuple(path for path in _KEYS if eyes.can_read(path))
    for question in questions(schema, eyes.pages.get(Look.EMPLOYEES), [uuid4().hex for _ in range(KEYS_PER_REQUEST)]):
        eyes.look({look: (readable, arguments) for look, (arguments, _) in question.items()})
        eyes.sought |= {look: node for look, (_, node) in question.items() if node is not None}
    return Observed(
        schema=schema,
        token_is_base64url=may_be_a_token(settings.api_token.get_secret_value()),
        viewer_tells=viewer_tells,
        gender_codes=tuple(settings.options.gender_codes.values()),
        pages=eyes.pages,
        refused=eyes.refused,
        sought=eyes.sought,
    )


def questions(
    schema: Schema, page: Page | None, nobody: Sequence[str]
) -> Iterator[Mapping[Look, tuple[Arguments, Node | None]]]:
    """What else to ask once the first employees are known, each in a request of its own so that one can be refused.

    Args:
        schema: Of this Xledger.
        page: The first employees; None where they could not be listed.
        nobody: Codes that nobody has.

    Yields:
        For each look of a request its arguments, and who should be found.
    """
    if page is None:
        return
    if page.cursors:
        last = max(len(page.nodes) - 2, 0)  # so that there is somebody who follows, whenever there are two
        following = page.nodes[last + 1] if len(page.nodes) > 1 else None
        yield {Look.FOLLOWING: ({"first": _A_FEW, "after": page.cursors[last]}, following)}
    if can_filter(schema, "code_in"):
        yield from filter(None, [_by_code(page)])
        yield {Look.MOST_KEYS: (_filtered("code_in", nobody), None)}
        yield {Look.NOBODY: ({**_filtered("code_in", nobody[:1]), "first": LARGEST_PAGE}, None)}
    if can_filter(schema, "email_in"):
        yield from filter(None, [_by_email(page)])
    numbered = [node for node in page.nodes if str(node["dbId"]).isdecimal()]
    if can_filter(schema, "dbId_in") and numbered:
        somebody = numbered[0]
        yield {Look.DB_ID: (_filtered("dbId_in", [int(somebody["dbId"])]), somebody)}


def _by_code(page: Page) -> dict[Look, tuple[Arguments, Node | None]]:
    """By a code with letters, if there is one."""
    coded = sorted((node for node in page.nodes if node.get("code")), key=lambda node: not _has_case(str(node["code"])))
    return {
        look: (_filtered("code_in", [spelled]), node)
        for node in coded[:1]
        for look, spelled in ((Look.CODE, str(node["code"])), (Look.CODE_IN_OTHER_CASE, str(node["code"]).swapcase()))
        if look is Look.CODE or spelled != str(node["code"])
    }


def _by_email(page: Page) -> dict[Look, tuple[Arguments, Node | None]]:
    reachable = ((node, spelled((node.get("contact") or {}).get("email"))) for node in page.nodes)
    node, email = next(((node, email) for node, email in reachable if email), (None, ""))
    spellings = {
        Look.EMAIL: email,
        Look.EMAIL_IN_CAPITALS: email.upper(),
        Look.EMAIL_IN_SMALL_LETTERS: email.lower(),
    }
    return {
        look: (_filtered("email_in", [spelled]), node)
        for look, spelled in spellings.items()
        if node is not None and (look is Look.EMAIL or spelled != email)
    }


def _has_case(code: str) -> bool:
    return code.swapcase() != code


def _filtered(name: str, keys: Sequence[Any]) -> Arguments:
    return {"first": _A_FEW, "filter": {name: list(keys)}}


# ------------------------------------------------------------------ asking


@dataclass(slots=True)
class _Eyes:
    """Lists employees, and remembers what was found.

    Attributes:
        client: Sends the requests.
        schema: Of this Xledger.
        pages: What was found.
        refused: What was not answered.
        sought: Who should be found.
    """

    client: XledgerClient
    schema: Schema
    pages: dict[Look, Page] = field(default_factory=dict)
    refused: dict[Look, Refusal] = field(default_factory=dict)
    sought: dict[Look, Node] = field(default_factory=dict)

    def can_read(self, path: Path) -> bool:
        """Whether a value of an employee can be read."""
        root = self.schema.queries.get(EMPLOYEES)
        return root is not None and self.schema.answers(root, (*NODE, *path))

    def look(self, looks: Mapping[Look, tuple[tuple[Path, ...], Arguments]]) -> None:
        """Looks for several in one request.

        Args:
            looks: What to read of those who are found, and how they are looked for.
        """
        if EMPLOYEES not in self.schema.queries:
            return
        aliases = {f"look{number}": look for number, look in enumerate(looks)}
        operation = employees(self.schema, ((alias, *looks[look]) for alias, look in aliases.items()))
        answer = answer_to(operation, self.client)
        if isinstance(answer, Failure):
            refusal = Refusal(answer.problem, answer.words or answer.problem.value)
            self.refused |= dict.fromkeys(looks, refusal)
            return
        for alias, look in aliases.items():
            page = _page(answer.data.get(alias))
            if page is None:
                self.refused[look] = Refusal(None, "the answer has another shape")
            else:
                self.pages[look] = page


def _page(connection: Any) -> Page | None:
    """A page; None where the answer has another shape."""
    try:
        page = page_of(connection)
    except ConnectorError:
        return None
    return Page(page.nodes, page.cursors, page.is_null)


def _viewer_tells(client: XledgerClient, schema: Schema) -> bool:
    if schema.learned and VIEWER.root not in schema.queries:
        return False
    answer = answer_to(query(schema, VIEWER), client)
    return isinstance(answer, Answer) and isinstance(answer.data.get(VIEWER.root), Mapping)
