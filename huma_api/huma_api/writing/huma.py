"""What can be done with a Huma: people changed and added, looked up and read afresh."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from huma_api.asking.client import HumaClient
from huma_api.asking.lists import Item
from huma_api.asking.sync_run import SyncRun
from huma_api.people.employment import current_position_id, tells_of_employment
from huma_api.people.fresh_user import FreshUser, details_of, fresh_user
from huma_api.writing.outcomes import Written
from huma_api.writing.writer import HumaWriter
from shared_mappings.normal_forms import normalised_email, normalised_key

MOST_USERS: Final = 50
MOST_GROUPS: Final = 25
"""The longest pages that Huma gives."""

SERVICE_USER: Final = "service_user"
"""The type of an API key's own identity, which is nobody."""

INVITING: Final = "invite"
"""What keys in a new user's body begin with that have Huma send mail."""


class JobTitle(NamedTuple):
    """A job title of the organisation; two may have one name."""

    id: str
    name: str


class Huma:
    """A Huma that is written to. May be called by several threads at a time; nothing is asked before the first call.

    All of it raises a ConnectorError when Huma cannot be asked, or what an administrator has entered is wrong.

    Args:
        config: The connector's configuration: `client_id`, `client_secret` and `api_url`.
        run: What holds for all requests of the run.
    """

    def __init__(self, config: Mapping[str, Any], run: SyncRun) -> None:
        self._client: Final = HumaClient(config, run)
        self._writer: Final = HumaWriter(self._client)
        self._read_at: Final = run.started_at.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def change_user(self, user_id: str, body: Mapping[str, Any]) -> Written:
        """Changes a user: `PATCH /users/{id}`.

        Args:
            user_id: Huma's id.
            body: What changes (`UserDetailsInput` in Huma's API description).
        """
        return self._writer.change(_of_user(user_id), body, user_id)

    def change_position(self, user_id: str, position_id: str, body: Mapping[str, Any]) -> Written:
        """Changes a position of a user: `PATCH /users/{userId}/positions/{id}`.

        Args:
            user_id: Huma's id of the user.
            position_id: Huma's id of the position.
            body: What changes (`PositionUpdateInput` in Huma's API description).
        """
        return self._writer.change(_of_position(user_id, position_id), body, position_id)

    def create_user(self, body: Mapping[str, Any]) -> Written:
        """Adds a user: `POST /users`. Nobody is invited.

        It is never sent again when it may have been carried out: whoever gets no answer looks the address up first.

        Args:
            body: Who it is (`UserInput` in Huma's API description).

        Raises:
            ValueError: When the body speaks of an invitation.
        """
        if any(name.startswith(INVITING) for name in body):
            raise ValueError("Nobody is invited by this connector.")
        return self._writer.add("users", body)

    def read_user(self, user_id: str, *, to_write: bool = False) -> FreshUser | None:
        """Reads a user as they are now.

        Args:
            user_id: Huma's id.
            to_write: Whether the current position may be written: only there it shows which of its fields may be. It
                costs a request. Otherwise the position is asked for only where the user says nothing of the employment.

        Returns:
            The user; None when they are gone.
        """
        found = self._client.ask(_of_user(user_id), "read the details of users")
        if found is None:
            return None
        details = details_of(user_id, found)
        position_id = current_position_id(details)
        position = None
        if position_id is not None and (to_write or not tells_of_employment(details)):
            position = self._client.ask(_of_position(user_id, position_id), right="")
        return fresh_user(user_id, details, position, self._read_at, to_write=to_write)

    def some_people(self, most: int) -> tuple[FreshUser, ...]:
        """The first active people that Huma lists, each read as if the position were to be written.

        Args:
            most: How many at most.
        """
        people = (item["id"] for item in self._people(active=True))
        found = (self.read_user(user_id, to_write=True) for user_id in islice(people, most))
        return tuple(person for person in found if person is not None)

    def shows_deactivated(self) -> bool:
        """Whether Huma shows anybody who is deactivated, on the first page of those. It costs a request."""
        page = self._client.ask_for_page("users", "users", MOST_USERS, _who_are(active=False))
        return any(map(_is_somebody, page.items))

    def find_by_email(self, email: str) -> tuple[str, ...]:
        """Looks people up by an e-mail address, those who are deactivated included.

        Huma's search finds whatever looks like it: the address is compared anew.

        Args:
            email: The address.

        Returns:
            Huma's ids of those who have it.
        """
        wanted = normalised_email(email)
        found = (item for active in (True, False) for item in self._people(active=active, search=normalised_key(email)))
        return tuple(dict.fromkeys(item["id"] for item in found if _has_email(item, wanted)))

    def job_titles(self) -> tuple[JobTitle, ...]:
        """All job titles of the organisation that have a name."""
        titles = self._client.ask_for_list("job-titles", "job titles")
        return tuple(JobTitle(item["id"], item["name"]) for item in titles if isinstance(item.get("name"), str))

    def groups(self, ids: Collection[str]) -> Mapping[str, str]:
        """Which of these groups Huma has. No more of its list is read than it needs.

        Args:
            ids: Ids of groups.

        Returns:
            The type of each group that there is, `company`, `location` or `team`, by its id in lower case.
        """
        missing = {group_id.lower() for group_id in ids}
        found: dict[str, str] = {}
        for item in self._client.ask_for_list("groups", "groups", MOST_GROUPS) if missing else ():
            if (group_id := item["id"].lower()) in missing:
                found[group_id] = str(item.get("type", ""))
                missing.remove(group_id)
                if not missing:
                    break
        return found

    def _people(self, *, active: bool, **search: str) -> Iterator[Item]:
        """The people in a list of users. Huma does not say whom it holds who does not ask for either kind."""
        parameters = {**_who_are(active=active), **search}
        return filter(_is_somebody, self._client.ask_for_list("users", "users", MOST_USERS, parameters))


def _of_user(user_id: str) -> str:
    return f"users/{quote(user_id, safe='')}"


def _of_position(user_id: str, position_id: str) -> str:
    return f"{_of_user(user_id)}/positions/{quote(position_id, safe='')}"


def _who_are(*, active: bool) -> Mapping[str, str]:
    """What has Huma list those who are active, or those who are not."""
    return {"isActive": str(active).lower()}


def _is_somebody(item: Item) -> bool:
    return item.get("type") != SERVICE_USER


def _has_email(item: Item, wanted: str) -> bool:
    email = item.get("email")
    return isinstance(email, str) and normalised_email(email) == wanted
