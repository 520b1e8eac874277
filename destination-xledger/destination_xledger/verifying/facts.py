"""What of Xledger is relied on: each thing with how sure it is, what happens where it is not so, and its test."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from destination_xledger.verifying import judging
from destination_xledger.verifying.judging import Judge, cannot_be_seen
from destination_xledger.verifying.observed import Look
from shared_mappings import Route


class Sure(Enum):
    """How something is known."""

    LIVE = "live"
    SEEN = "seen"
    TABLE = "table"
    ASSUMED = "assumed"


MEANINGS: Final = {
    Sure.LIVE: "listed by a public client that asks the real API for its schema",
    Sure.SEEN: "used by a public client of the real API, or said by Xledger's own pages",
    Sure.TABLE: "named in the list of fields that Huma publishes for its integration with Xledger",
    Sure.ASSUMED: "the natural thing, which nobody here has seen",
}
"""What each of these means."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is relied on.

    Attributes:
        name: A short name.
        relied_on: What it is.
        sure: How it is known.
        if_not: What the connector does where it is not so.
        test: Where a test shows that: a path in the repository and the name of the test.
        judge: Says whether it is so, from what was seen by reading.
        blocks: Whether nothing works without it.
    """

    name: str
    relied_on: str
    sure: Sure
    if_not: str
    test: str
    judge: Judge = cannot_be_seen
    blocks: bool = False


_CHECK: Final = "integration_tests/test_destination_check.py::"
_WRITE: Final = "integration_tests/test_destination_write.py::"
_RELIED: Final = "integration_tests/test_relied_on.py::"
_VERIFY: Final = "integration_tests/test_verify.py::"
_CLIENT: Final = "xledger_api/unit_tests/test_client.py::"
_ANSWERS: Final = "xledger_api/unit_tests/test_answers.py::"
_INPUTS: Final = "xledger_api/unit_tests/test_inputs.py::"
_UPDATES: Final = "destination-xledger/unit_tests/test_updates.py::"
_PLANNER: Final = "shared_mappings/unit_tests/test_planner.py::"
_EVERY_DIALECT: Final = f"{_VERIFY}test_in_each_dialect_what_it_does_otherwise_is_seen"


def _is_flat(route: Route) -> bool:
    return route.mutation == "updateSuppliers" and (
        route.path in {("streetAddress",), ("zipCode",), ("place",)} or route.path[0] == "country"
    )


def _is_nested(route: Route) -> bool:
    return route.path[0] == "address" and route.path[-1] != "code"


_TOKEN_AND_SCHEMA: Final = (
    Fact(
        "header",
        "The API token travels in the header `Authorization: token …`.",
        Sure.SEEN,
        "Testing the connection says that Xledger does not accept the token, and nothing is read or written.",
        f"{_CLIENT}test_a_request_carries_the_token_the_query_and_the_variables",
        judging.token_is_taken,
    ),
    Fact(
        "token",
        "An API token is base64url text.",
        Sure.SEEN,
        "The settings are refused before anything is sent, with a sentence that says what a token looks like.",
        "destination-xledger/unit_tests/test_config.py::test_a_token_that_cannot_be_one_is_told_without_being_shown",
        judging.token_is_base64url,
    ),
    Fact(
        "viewer",
        "`viewer` tells whose the token is, and takes no access.",
        Sure.SEEN,
        "Testing the connection concludes from the accesses whether the token is known.",
        f"{_CHECK}test_a_token_that_is_refused_in_words_nobody_has_seen_is_told_before_the_accesses",
        judging.viewer_tells,
    ),
    Fact(
        "company of new employees",
        "The company of a new employee's subledger is that of the token's entity, and `viewer` tells its country.",
        Sure.ASSUMED,
        "A preview does not foresee that the country of somebody's bank account will differ from the company's who is "
        "to be created; it says so where `viewer` does not answer. The sync tells of it once the employee is there.",
        "integration_tests/test_trail.py::test_a_preview_that_is_not_told_what_new_employees_have_goes_on_and_says_so",
    ),
    Fact(
        "introspection",
        "Xledger tells its schema to whoever has a token.",
        Sure.SEEN,
        "The names that are known from public sources are used, with a warning; Xledger's refusal then says which of "
        "them it does not have.",
        f"{_CHECK}test_without_introspection_the_rest_is_still_checked",
        judging.schema_is_told,
    ),
    Fact(
        "names of types",
        "Types are called what Xledger says they are called; where it says nothing, filters are `<Node>_Filter`.",
        Sure.ASSUMED,
        "Names that were learned cannot be wrong. Of the others, the sync ends with the one that Xledger refuses.",
        f"{_RELIED}test_whatever_types_are_called_people_are_found_and_written",
        judging.names_fit,
    ),
    Fact(
        "roots",
        "There are `employees`, `addEmployees` and `updateEmployees`.",
        Sure.SEEN,
        "Nothing works. Testing the connection and a sync end with the name that is missing.",
        f"{_RELIED}test_without_what_nothing_works_without_a_sync_writes_nothing_and_names_it",
        judging.has_roots("employees", "addEmployees", "updateEmployees"),
        blocks=True,
    ),
    Fact(
        "other mutations",
        "There are `updateContacts` and `updateSuppliers`.",
        Sure.SEEN,
        "What `updateEmployees` can write goes that way; the rest is counted as `partly_written`, and the test of the "
        "connection names it.",
        f"{_RELIED}test_what_no_way_leads_to_is_counted_and_the_rest_is_written",
        judging.has_roots("updateContacts", "updateSuppliers"),
    ),
)

_EMPLOYEES: Final = (
    Fact(
        "keys of an employee",
        "An employee shows its `dbId` and `code`, and the `dbId` of its contact and its subledger.",
        Sure.TABLE,
        "Nothing works. Testing the connection and a sync end with the name that is missing.",
        f"{_RELIED}test_without_a_dbid_of_the_contact_a_sync_writes_nothing_and_names_it",
        judging.parts_can_be_read,
        blocks=True,
    ),
    Fact(
        "employees are listed",
        "The token may list employees with all that is read of them.",
        Sure.SEEN,
        "Testing the connection names the accesses that the token lacks, and a sync ends before anything is written.",
        f"{_CHECK}test_a_missing_access_is_named",
        judging.employees_are_listed,
        blocks=True,
    ),
    Fact(
        "fields",
        "Every place that the field table speaks of can be read.",
        Sure.TABLE,
        "What cannot be read is never written. Testing the connection names the fields.",
        f"{_RELIED}test_what_cannot_be_read_is_never_written",
        judging.targets_can_be_read,
    ),
    Fact(
        "contact and subledger",
        "Every employee has a contact and a subledger.",
        Sure.TABLE,
        "What belongs to the one that is not there is not written, and counted as `partly_written`.",
        f"{_PLANNER}test_what_cannot_be_seen_in_xledger_is_not_written_and_that_is_said",
        judging.contact_and_subledger_are_there,
    ),
    Fact(
        "dbIds come in",
        "A `dbId` arrives as a number or as a numeric text.",
        Sure.SEEN,
        "The sync ends when it would have to send one of another form.",
        _EVERY_DIALECT,
        judging.db_ids_are_numeric,
    ),
    Fact(
        "dbIds go out",
        "Ids are sent as JSON numbers.",
        Sure.SEEN,
        "Xledger refuses the request, and the sync ends with its words.",
        f"{_INPUTS}test_an_id_goes_out_as_a_number",
        judging.is_answered(Look.DB_ID),
    ),
    Fact(
        "codes are unique",
        "No two employees share a code, though nothing keeps them from it.",
        Sure.ASSUMED,
        "Whoever has such a code is rejected as `ambiguous_match`, with the dbIds of the employees; nobody is guessed.",
        f"{_WRITE}test_two_employees_with_the_same_code_are_ambiguous",
        judging.codes_are_unique,
    ),
    Fact(
        "masked numbers",
        "Social security numbers are shown with masked digits.",
        Sure.SEEN,
        "The digits that are shown are compared, all of them if need be. A number that is masked as a whole counts as "
        "the same.",
        "shared_mappings/unit_tests/test_comparators.py::test_another_meaning_is_a_difference",
        judging.numbers_are_masked,
    ),
    Fact(
        "gender codes",
        "Genders have a code.",
        Sure.ASSUMED,
        "A gender is known by its name then, and written by its `dbSubId`. One that nobody was read with is left out, "
        "with the warning `unmapped_gender`.",
        f"{_RELIED}test_a_gender_without_a_code_is_known_by_its_name",
        judging.genders_have_codes,
    ),
    Fact(
        "genders in the settings",
        "`gender_codes` in the settings name the genders that employees have, by code or by name.",
        Sure.ASSUMED,
        "A gender that the settings name otherwise counts as another one. Xledger refuses what it does not know, and "
        "the rest of the person is written.",
        f"{_RELIED}test_a_gender_that_the_settings_name_otherwise_costs_nothing_but_itself",
        judging.genders_are_in_the_settings,
    ),
)

_LISTS: Final = (
    Fact(
        "code_in",
        "Employees are found by a list of codes, those with other codes are not.",
        Sure.SEEN,
        "All employees are listed instead, for each batch, at the cost of a request for each 10,000. Whoever is found "
        "is compared anew.",
        f"{_RELIED}test_without_a_filter_everybody_is_found_nevertheless",
        judging.finds("code_in", Look.CODE),
    ),
    Fact(
        "email_in",
        "Employees are found by a list of e-mail addresses.",
        Sure.ASSUMED,
        "The keys of all employees are listed once, if somebody was not found by code.",
        f"{_RELIED}test_without_a_filter_everybody_is_found_nevertheless",
        judging.finds("email_in", Look.EMAIL),
    ),
    Fact(
        "dbId_in",
        "Employees are found by a list of dbIds.",
        Sure.SEEN,
        "All employees are listed instead, for each batch, at the cost of a request for each 10,000.",
        f"{_RELIED}test_without_a_filter_everybody_is_found_nevertheless",
        judging.finds("dbId_in", Look.DB_ID),
    ),
    Fact(
        "codes in any case",
        "A code is found whatever its case.",
        Sure.ASSUMED,
        "A code is asked for in small and in capital letters as well. Whoever has it in another case is neither taken "
        "nor created again, but rejected as `ambiguous_match`; one in mixed letters is missed.",
        f"{_WRITE}test_an_employee_whose_code_differs_in_case_alone_is_neither_taken_nor_created_again",
        judging.ignores_case(Look.CODE, Look.CODE_IN_OTHER_CASE),
    ),
    Fact(
        "addresses in any case",
        "An e-mail address is found whatever its case.",
        Sure.ASSUMED,
        "An address is asked for as it is written in Huma and in small letters. One with other capitals in Xledger is "
        "missed; the log warns of it once it shows.",
        f"{_WRITE}test_a_filter_that_minds_the_case_of_emails_is_noticed",
        judging.ignores_case(Look.EMAIL, Look.EMAIL_IN_CAPITALS, Look.EMAIL_IN_SMALL_LETTERS),
    ),
    Fact(
        "closed employees",
        "With `objectStatus: ALL`, closed employees are listed too.",
        Sure.SEEN,
        "Testing the connection warns that somebody who comes back may be created a second time.",
        f"{_WRITE}test_somebody_who_has_left_is_found_and_not_created_again",
        judging.takes("objectStatus", "ALL"),
    ),
    Fact(
        "entities below",
        "With `ownerSet: LOWER`, employees of the token's entity and of those below it are listed.",
        Sure.SEEN,
        "Testing the connection warns that somebody who is employed below may be created a second time.",
        f"{_RELIED}test_without_lower_whoever_is_employed_below_is_warned_of",
        judging.takes("ownerSet", "LOWER"),
    ),
    Fact(
        "own entity",
        "`ownerSet: LOWER` means the token's own entity as well as those below it.",
        Sure.ASSUMED,
        "The first people of a sync are looked up in the entity alone as well. If more are found there, the sync ends "
        "before anybody is created again.",
        f"{_RELIED}test_a_scope_without_the_tokens_own_entity_ends_a_sync_before_anybody_is_created_again",
    ),
    Fact(
        "empty lists",
        "A list without anybody is `edges: null`.",
        Sure.SEEN,
        "An empty list means the same. Where there is no answer at all, the sync ends, so that nobody is taken for "
        "missing.",
        f"{_WRITE}test_a_look_up_without_a_list_takes_nobody_for_missing",
        judging.nobody_is_null,
    ),
    Fact(
        "cursors",
        "The cursor of the last employee on a page leads to the next page.",
        Sure.SEEN,
        "The sync ends when the same page comes again, before anybody is created: nobody is taken for missing.",
        f"{_WRITE}test_employees_are_read_to_the_last_page",
        judging.cursors_lead_on,
    ),
    Fact(
        "cursors within a page",
        "A list goes on after any cursor of a page, with whoever comes next: pages begin with the last one of the page "
        "before, so that a list that moves is noticed.",
        Sure.ASSUMED,
        "The list is read from the beginning, up to three times, and then once more as it comes, with a warning that "
        "somebody may be missing.",
        "xledger_api/unit_tests/test_listing.py::"
        "test_a_list_that_moves_each_time_is_read_once_more_as_it_comes_with_a_warning",
        judging.cursors_lead_on,
    ),
    Fact(
        "pages of 10,000",
        "A page may have 10,000 employees.",
        Sure.SEEN,
        "Xledger refuses the request, and the sync ends with its words. Only where a filter is lacking are such pages "
        "asked for.",
        f"{_RELIED}test_a_list_that_is_refused_ends_a_sync_before_anything_is_written",
        judging.is_answered(Look.NOBODY),
    ),
    Fact(
        "lists of 500",
        "A filter takes 500 keys.",
        Sure.ASSUMED,
        "Xledger refuses the request, and the sync ends with its words. A smaller `batch_size` asks for fewer.",
        f"{_RELIED}test_a_list_that_is_refused_ends_a_sync_before_anything_is_written",
        judging.is_answered(Look.MOST_KEYS),
    ),
)

_WRITING: Final = (
    Fact(
        "a way for each field",
        "Every place in the field table that is written can be written in some way.",
        Sure.LIVE,
        "What no way leads to is counted as `partly_written`. Testing the connection names the fields.",
        f"{_RELIED}test_what_no_way_leads_to_is_counted_and_the_rest_is_written",
        judging.every_target_can_be_written,
    ),
    Fact(
        "second ways",
        "`updateEmployees` takes names, birthday, e-mail, phones and bank account as well.",
        Sure.LIVE,
        "Where `updateContacts` or `updateSuppliers` is refused whoever it is about, there is no other way, and what "
        "is left is counted as `partly_written`.",
        _EVERY_DIALECT,
        judging.has_routes(lambda route: route.mutation == "updateEmployees"),
    ),
    Fact(
        "whose email",
        "`email` of `updateEmployees` is the contact's, the subledger's or both: nobody knows.",
        Sure.ASSUMED,
        "It is only used where both are to have that address. Otherwise what it would have written is counted as "
        "`partly_written`.",
        f"{_RELIED}test_an_address_that_is_to_be_kept_is_kept_whatever_another_one_is_written_by",
    ),
    Fact(
        "nested addresses",
        "`updateContacts` and `updateSuppliers` take an address as one nested value.",
        Sure.LIVE,
        "A supplier's address is sent line by line. A contact's is counted as `partly_written`.",
        f"{_RELIED}test_where_no_address_is_nested_it_is_sent_line_by_line",
        judging.has_routes(_is_nested),
    ),
    Fact(
        "flat addresses",
        "`updateSuppliers` takes an address line by line as well.",
        Sure.LIVE,
        "Only the nested one is used, which is preferred anyway.",
        _EVERY_DIALECT,
        judging.has_routes(_is_flat),
    ),
    Fact(
        "countries",
        "The country of a nested address is a text, the code of ISO 3166-1.",
        Sure.LIVE,
        "A reference is given the same code.",
        _EVERY_DIALECT,
        judging.countries_are_texts,
    ),
    Fact(
        "creation takes",
        "`addEmployees` takes `trialTo`, `phoneSubledger` and the other values that the field table gives it.",
        Sure.LIVE,
        "What it does not take is written right after, at the cost of a request.",
        f"{_RELIED}test_whatever_a_creation_takes_and_fills_it_ends_whole",
        judging.creation_takes_all,
    ),
    Fact(
        "creation fills",
        "`phone` of a new employee is the contact's, and `phoneSubledger` the subledger's. Its `email` is not sent.",
        Sure.ASSUMED,
        "What comes back is compared with what was meant, and what stands elsewhere is written again.",
        f"{_RELIED}test_whatever_a_creation_takes_and_fills_it_ends_whole",
    ),
    Fact(
        "creation makes",
        "`addEmployees` makes the contact and the subledger too, and shows their dbIds.",
        Sure.SEEN,
        "What belongs to the one that is not shown is not written, and counted as `partly_written`.",
        f"{_WRITE}test_somebody_new_is_added_and_then_completed",
    ),
    Fact(
        "client ids",
        "`clientId` comes back with the answer to each input.",
        Sure.SEEN,
        "The sync ends, since nobody knows what became of whom. The next one looks everybody up again.",
        f"{_UPDATES}test_an_answer_that_does_not_tell_what_became_of_each_input_ends_the_sync",
    ),
    Fact(
        "absent and null",
        "A key that is not sent leaves its value alone; null unsets it.",
        Sure.ASSUMED,
        "Every answer is looked through: when a value is gone that was not sent, the sync ends at once and says whose.",
        f"{_UPDATES}test_the_sync_stops_when_a_value_that_was_not_sent_is_gone",
    ),
    Fact(
        "addresses",
        "A line that a nested address does not mention stays.",
        Sure.ASSUMED,
        "Nothing is lost by that: the lines that stay are sent along as they were read.",
        "integration_tests/test_addresses.py::test_where_one_line_changes_the_others_stay",
    ),
    Fact(
        "ignored nulls",
        "A null is carried out.",
        Sure.ASSUMED,
        "What still shows a value counts as `partly_written`, and is sent again by the next sync.",
        "integration_tests/test_unsetting.py::test_an_unset_that_is_passed_over_counts_as_not_written",
    ),
    Fact(
        "closed by a day",
        "An employee is closed once the day in `dateTo` has passed.",
        Sure.ASSUMED,
        "`employee_is_closed` warns of the wrong people, and a code that came back is told by `employmentTo` alone.",
        "integration_tests/test_coming_back.py::"
        "test_somebody_active_whose_employee_is_closed_is_written_and_warned_of_by_the_name_of_the_field",
    ),
    Fact(
        "all or nothing",
        "A mutation that is refused has changed nothing.",
        Sure.ASSUMED,
        "Codes are looked up before anybody is added again, and what was carried out beside a refusal counts as done.",
        f"{_RELIED}test_what_is_carried_out_beside_a_refusal_counts_as_done",
    ),
    Fact(
        "subledgers are suppliers",
        "`updateSuppliers` takes the subledger of an employee.",
        Sure.ASSUMED,
        "When it is refused for one person after the other, `updateEmployees` writes what it can, for the rest of the "
        "sync. What is left is counted as `partly_written`.",
        f"{_RELIED}test_where_an_employee_is_no_supplier_the_second_way_is_taken",
    ),
    Fact(
        "500 inputs",
        "A mutation takes 500 inputs.",
        Sure.SEEN,
        "Xledger refuses the batch, and it is sent in smaller ones.",
        "integration_tests/test_cost.py::test_no_mutation_takes_more_than_a_batch",
    ),
    Fact(
        "nothing to write",
        "A mutation with an empty list changes nothing, and is refused where the token lacks the access.",
        Sure.ASSUMED,
        "Testing the connection misses that an access is lacking; a sync then says so when it first writes.",
        f"{_CHECK}test_a_check_takes_a_few_requests_and_changes_nothing",
    ),
    Fact(
        "lost answers",
        "A request whose answer was lost is carried out within 300 seconds, or never.",
        Sure.ASSUMED,
        "Codes are looked up once more after somebody was added again. Whoever is there twice is rejected as "
        "`ambiguous_match` and named by dbId, by this sync or, where it happens later, by the next one.",
        f"{_WRITE}test_whom_xledger_adds_twice_after_all_is_told_by_dbid",
    ),
    Fact(
        "own contact and subledger",
        "A new employee gets a contact and a subledger of their own.",
        Sure.ASSUMED,
        "Whoever gets those of somebody who came before in the sync is rejected as `duplicate_key`, and nothing more "
        "is written of them. That they are somebody's who did not come shows once both come.",
        f"{_WRITE}test_an_employee_who_was_just_added_does_not_get_the_contact_or_the_subledger_of_somebody_who_came_before",
    ),
)

_LIMITS: Final = (
    Fact(
        "rate limit",
        "Xledger takes 20 requests in 5 seconds, and says `BAD_REQUEST.BURST_RATE_LIMIT_REACHED` beyond.",
        Sure.SEEN,
        "No more are sent. Where fewer are allowed, the sync waits, and ends after two minutes as one to try again.",
        f"{_CLIENT}test_no_more_than_twenty_requests_leave_in_five_seconds",
    ),
    Fact(
        "errors",
        "Errors have the codes and the words that public clients know.",
        Sure.SEEN,
        "A refusal in other words is taken for one of the value or of the access, whichever fits what else is refused. "
        "Its words are logged without anything that might be a value.",
        f"{_ANSWERS}test_an_answer_is_told_by_what_to_do_about_it",
    ),
    Fact(
        "maintenance",
        "While Xledger is being maintained, it answers with a page or an HTTP status of 500 and more.",
        Sure.SEEN,
        "Whatever an address answers that was Xledger's a moment ago is waited out for 15 minutes.",
        f"{_CLIENT}test_whatever_an_address_answers_that_was_the_api_a_moment_ago_is_waited_out",
    ),
)

FACTS: Final = (*_TOKEN_AND_SCHEMA, *_EMPLOYEES, *_LISTS, *_WRITING, *_LIMITS)
"""All that is relied on."""
