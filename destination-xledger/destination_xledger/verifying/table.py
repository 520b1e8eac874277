"""What was seen, as a table for people."""

from collections.abc import Mapping

from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from rich.table import Table
from rich.text import Text

from destination_xledger.verifying.facts import Fact
from destination_xledger.verifying.observed import Judgement, Verdict

_STYLES = {Verdict.HOLDS: "green", Verdict.DOES_NOT_HOLD: "red", Verdict.CANNOT_BE_SEEN: "dim"}


def table_of(judgements: Mapping[Fact, Judgement]) -> Table:
    """A row for each fact. What happens if it is not so stands only where it is not known to be so."""
    table = Table(
        title="What this connector relies on in Xledger",
        title_justify="left",
        show_lines=True,
        caption="What each of these is for, and how it can be seen, is in docs/contract.md.",
        caption_justify="left",
    )
    for title in ("relied on", "how sure", "here", "what happens if not"):
        table.add_column(title, min_width=8)
    for fact, judgement in judgements.items():
        here = Text(judgement.verdict.value, _STYLES[judgement.verdict])
        if judgement.detail:
            here.append(f": {filter_secrets(judgement.detail)}", "default")
        if_not = "" if judgement.verdict is Verdict.HOLDS else fact.if_not
        table.add_row(Text(fact.relied_on), Text(fact.sure.value), here, Text(if_not))
    return table


def summed_up(judgements: Mapping[Fact, Judgement]) -> str:
    """How many hold, and whether anything stands in the way of a sync."""
    verdicts = [judgement.verdict for judgement in judgements.values()]
    counts = ", ".join(f"{verdicts.count(verdict)} {_SAID[verdict]}" for verdict in Verdict)
    names = ", ".join(fact.name for fact in blocking(judgements))
    way = f"Nothing works without what does not hold here: {names}." if names else "Nothing keeps a sync from working."
    return f"Of {len(verdicts)} things, {counts}. {way}"


_SAID = {
    Verdict.HOLDS: "hold",
    Verdict.DOES_NOT_HOLD: "do not hold",
    Verdict.CANNOT_BE_SEEN: "cannot be seen by reading",
}


def blocking(judgements: Mapping[Fact, Judgement]) -> list[Fact]:
    """What does not hold, and nothing works without it."""
    return [fact for fact, seen in judgements.items() if fact.blocks and seen.verdict is Verdict.DOES_NOT_HOLD]
