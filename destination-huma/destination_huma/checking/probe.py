"""Tries Huma out: the key, its rights, the groups, the job titles. Nothing is written."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from connector_base.failures import ConnectorError
from connector_base.findings import Finding
from connector_base.incremental.identity import tell_identity
from connector_base.people.directory import MatchingKey
from connector_base.settings.decisions import as_settings
from connector_base.settings.modes import Mode
from destination_huma.config import Config
from destination_huma.connection import Connection
from destination_huma.huma import USER
from destination_huma.keys import JOB_TITLE, WHERE_KEYS_ARE, fields_to_write, without_a_right_to_write
from destination_huma.settings.field_policies import BACK
from huma_api.asking.sync_run import SyncRun
from huma_api.people.fresh_user import FreshUser
from huma_api.people.rights import unwritable
from huma_api.people.visibility import LOOKED_AT
from huma_api.writing.huma import Huma
from shared_mappings import Decisions, NewUsers

RETRIES: Final = 1
LONGEST_WAIT: Final = 20.0
"""Seconds. Somebody is waiting for the result of a check; a sync has more patience."""

COMPANY: Final = "company"

Connect = Callable[[Config, SyncRun], Connection]


def probe_huma(settings: Config, connect: Connect, decisions: Decisions) -> Iterator[Finding]:
    """Finds what a sync could not work with.

    Args:
        settings: The settings.
        connect: Makes the connection.
        decisions: Those that count, which decide what is written as settings do.

    Raises:
        ConnectorError: When Huma cannot be asked, or not any longer.
    """
    connection = connect(settings, SyncRun(max_retries=RETRIES, longest_wait=LONGEST_WAIT))
    people = connection.huma.some_people(LOOKED_AT)
    organisation = connection.run.tokens.organisation
    # The demo may have an organisation of the same id.
    tell_identity(organisation and [settings.api_url, organisation], settings.what_is_written | as_settings(decisions))
    yield from _about_rights(people, settings)
    yield from _about_those_who_left(connection.huma, settings)
    yield from _about_groups(connection.huma, settings, adds=bool(decisions.as_setting["add"]))
    yield from _about_job_titles(connection.huma, settings)


def _about_rights(people: Sequence[FreshUser], settings: Config) -> Iterator[Finding]:
    """What the key may not see or write, as far as the first people tell that Huma lists."""
    if not people:
        yield Finding(
            "There is nobody in Huma to try with. Whether the API key may write shows in the first sync.", blocks=False
        )
        return
    code = MatchingKey.EMPLOYMENT_ID
    if code in settings.match_on and not any(code.value in each.record for each in people):
        yield Finding(
            "Huma does not show this API key anybody's employment ID, and people are found by it. Let an administrator "
            f"of Huma give the key the right to see it under {WHERE_KEYS_ARE}, or choose email alone under "
            f"{Config.titled('match_on')}."
        )
    fields = fields_to_write(BACK, settings.policies)
    locked = unwritable(people, fields)
    if set(fields_to_write(BACK, settings.policies, USER)) <= set(locked):
        told = without_a_right_to_write().message or ""
        preview = settings.mode is Mode.PREVIEW
        yield Finding(f"{told} A preview does without." if preview else told, blocks=not preview)
    elif locked:
        yield Finding(
            "Huma lets this API key write none of these fields of the first people it lists: "
            f"{', '.join(locked)}. They are left out of whoever it is so of, and reported as locked_field. To have "
            f"them written, let an administrator of Huma give the key the right to write them under {WHERE_KEYS_ARE}; "
            f"if they are not to be written, choose them under {Config.titled('read_only_fields')}.",
            blocks=False,
        )


def _about_those_who_left(huma: Huma, settings: Config) -> Iterator[Finding]:
    """Who cannot be told from somebody new: whoever is deactivated, where the key does not get to see them."""
    if settings.new_users is not NewUsers.CREATE or huma.shows_deactivated():
        return
    yield Finding(
        "Huma shows this API key nobody who is deactivated. If nobody is, all is well. If somebody is, and has another "
        "e-mail address in Xledger by now, they could be added a second time. Let an administrator of Huma give the "
        f"key the right to see deactivated people under {WHERE_KEYS_ARE}, or look in a preview at who would be added, "
        "before you choose sync.",
        blocks=False,
    )


def _about_groups(huma: Huma, settings: Config, *, adds: bool) -> Iterator[Finding]:
    """What is wrong with the groups that people are added to, if anybody may be."""
    groups, title = settings.new_user_groups, Config.titled("new_user_groups")
    if adds and not groups:
        yield Finding(
            f"The decisions add people to Huma, and there is no group to add them to: enter the ID of a company under "
            f"{title}."
        )
    if not groups:
        return
    types = huma.groups(groups)
    if missing := [group for group in groups if group not in types]:
        yield Finding(
            f"Huma has no group with the ID {', '.join(missing)}. Correct it under {title}. The stream groups of "
            "source-huma has the ID, the type and the name of every group."
        )
    if types and COMPANY not in types.values():
        yield Finding(
            f"None of the groups under {title} is a company, and Huma adds nobody to none: enter the ID of a company, "
            "which the stream groups of source-huma has."
        )


def _about_job_titles(huma: Huma, settings: Config) -> Iterator[Finding]:
    if JOB_TITLE not in fields_to_write(BACK, settings.policies):
        return
    try:
        titles = huma.job_titles()
    except ConnectorError as error:
        yield Finding(f"{error.message} Until then nobody's job title is written.", blocks=False)
        return
    if not titles:
        yield Finding(
            "Huma has no job title, so nobody's can be written: each is reported as unknown_job_title. Add the titles "
            "in Huma first.",
            blocks=False,
        )
