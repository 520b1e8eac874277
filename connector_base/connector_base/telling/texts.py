"""The sentences of a message, in each language. In braces stands what a run fills in.

A place is the last of its paragraph: a full stop after it would become part of it where a service makes it a link.
"""

from collections.abc import Mapping
from typing import Final

from shared_mappings import Language

Text = Mapping[Language, str]

SUBJECT_OF_SYNC: Final[Text] = {"en": "{read} to {written}: {counts}", "nb": "{read} til {written}: {counts}"}
SUBJECT_OF_PREVIEW: Final[Text] = {
    "en": "{read} to {written}, preview: {counts}",
    "nb": "{read} til {written}, forhåndsvisning: {counts}",
}
SUBJECT_OF_FAILED_SYNC: Final[Text] = {
    "en": "{read} to {written}: the sync failed",
    "nb": "{read} til {written}: synkroniseringen mislyktes",
}
SUBJECT_OF_FAILED_PREVIEW: Final[Text] = {
    "en": "{read} to {written}: the preview failed",
    "nb": "{read} til {written}: forhåndsvisningen mislyktes",
}

SYNC: Final[Text] = {
    "en": "The sync from {read} to {written} is done.",
    "nb": "Synkroniseringen fra {read} til {written} er ferdig.",
}
PREVIEW: Final[Text] = {
    "en": "This was a preview of a sync from {read} to {written}: nothing was written.",
    "nb": "Dette var en forhåndsvisning av en synkronisering fra {read} til {written}: ingenting ble skrevet.",
}
FAILED_SYNC: Final[Text] = {
    "en": "The sync from {read} to {written} failed. The reason:",
    "nb": "Synkroniseringen fra {read} til {written} mislyktes. Årsaken står her på engelsk:",
}
FAILED_PREVIEW: Final[Text] = {
    "en": "The preview of a sync from {read} to {written} failed. The reason:",
    "nb": "Forhåndsvisningen av en synkronisering fra {read} til {written} mislyktes. Årsaken står her på engelsk:",
}
SYNC_GOES_ON: Final[Text] = {
    "en": "What was written stays written, and the next sync goes on from there.",
    "nb": "Det som er skrevet, blir stående, og neste synkronisering fortsetter derfra.",
}
PREVIEW_BEGINS_ANEW: Final[Text] = {
    "en": "Nothing was written. The next preview begins anew.",
    "nb": "Ingenting ble skrevet. Neste forhåndsvisning begynner på nytt.",
}

CAME: Final[Text] = {
    "en": "{number} people came from {read}: {counts}.",
    "nb": "{number} personer kom fra {read}: {counts}.",
}
CAME_ALONE: Final[Text] = {
    "en": "1 person came from {read}: {counts}.",
    "nb": "1 person kom fra {read}: {counts}.",
}
DID: Final[Mapping[str, Text]] = {
    "created": {"en": "{number} created", "nb": "{number} opprettet"},
    "updated": {"en": "{number} updated", "nb": "{number} oppdatert"},
    "unchanged": {"en": "{number} unchanged", "nb": "{number} uendret"},
    "skipped": {"en": "{number} left out on purpose", "nb": "{number} utelatt med vilje"},
    "rejected": {"en": "{number} rejected", "nb": "{number} avvist"},
}
WOULD_DO: Final[Mapping[str, Text]] = {
    **DID,
    "created": {"en": "{number} would be created", "nb": "{number} ville blitt opprettet"},
    "updated": {"en": "{number} would be updated", "nb": "{number} ville blitt oppdatert"},
}
NOTHING_BUT_WARNINGS: Final[Text] = {"en": "warnings", "nb": "advarsler"}
"""What a subject says where nobody was written or rejected."""

CHANGED: Final[Text] = {"en": "Changed in {written}: {fields}.", "nb": "Endret i {written}: {fields}."}
EMPTIED: Final[Text] = {"en": "Emptied in {written}: {fields}.", "nb": "Tømt i {written}: {fields}."}
KEPT: Final[Text] = {
    "en": "Kept as in {written}, although {read} has another value: {fields}.",
    "nb": "Beholdt som i {written}, selv om {read} har en annen verdi: {fields}.",
}
WOULD_CHANGE: Final[Text] = {
    "en": "Would be changed in {written}: {fields}.",
    "nb": "Ville blitt endret i {written}: {fields}.",
}
WOULD_EMPTY: Final[Text] = {
    "en": "Would be emptied in {written}: {fields}.",
    "nb": "Ville blitt tømt i {written}: {fields}.",
}
WOULD_KEEP: Final[Text] = {
    "en": "Would be kept as in {written}, although {read} has another value: {fields}.",
    "nb": "Ville blitt beholdt som i {written}, selv om {read} har en annen verdi: {fields}.",
}

REJECTED: Final[Text] = {
    "en": "{called} ({code}), {number} rejected{people}. {means}",
    "nb": "{called} ({code}), {number} avvist{people}. {means}",
}
AND_MORE: Final[Text] = {"en": "and {number} more", "nb": "og {number} til"}
WARNING: Final[Text] = {"en": "{called} ({code}), 1 warning. {means}", "nb": "{called} ({code}), 1 advarsel. {means}"}
WARNINGS: Final[Text] = {
    "en": "{called} ({code}), {number} warnings. {means}",
    "nb": "{called} ({code}), {number} advarsler. {means}",
}

LAPSED: Final[Text] = {
    "en": "Decisions that have lapsed, since the value is another one by now: {number}.",
    "nb": "Avgjørelser som ikke gjelder lenger, fordi verdien er en annen nå: {number}.",
}
ABOUT_NOBODY: Final[Text] = {
    "en": "Decisions about somebody who is not there: {number}.",
    "nb": "Avgjørelser om noen som ikke finnes: {number}.",
}

REPORT: Final[Text] = {
    "en": "Open {page} in the report to see person by person what was written, what was not, and why: {place}",
    "nb": "Åpne {page} i rapporten for å se person for person hva som ble skrevet, hva som ikke ble det, og hvorfor: "
    "{place}",
}
REVIEW: Final[Text] = {
    "en": "Open {page} in the report to see person by person what would be written, and to decide: {place}",
    "nb": "Åpne {page} i rapporten for å se person for person hva som ville blitt skrevet, og for å avgjøre: {place}",
}
WITHOUT_A_REPORT: Final[Text] = {
    "en": "Who and what is behind these numbers is told only in a report: name a place for it in the settings of the "
    "destination, under Where reports and rejected records go (object_storage_config).",
    "nb": "Hvem og hva som ligger bak tallene, står bare i en rapport. Oppgi et sted for den i innstillingene for "
    "destinasjonen, under «Where reports and rejected records go» (object_storage_config).",
}
TO_WRITE: Final[Text] = {
    "en": "To have it written, choose sync under Mode (mode) in the settings of the destination.",
    "nb": "For at det skal bli skrevet, velger du sync under «Mode» (mode) i innstillingene for destinasjonen.",
}
ON_PURPOSE: Final[Text] = {
    "en": "Names and other values are left out here on purpose.",
    "nb": "Navn og andre verdier er utelatt her med vilje.",
}
