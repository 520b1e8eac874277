"""`make verify`: whether what is relied on is so in an account, as far as reading tells. Nothing is written."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from rich.console import Console

from connector_base.failures import told
from connector_base.log_redaction import redact_all_output
from connector_base.protocol.command_files import read_object
from connector_base.settings.masked_secrets import mask_secrets
from destination_xledger.config import Config, connection_specification, parse_config
from destination_xledger.destination import connect_to
from destination_xledger.verifying.facts import FACTS, Fact
from destination_xledger.verifying.looking import look_at
from destination_xledger.verifying.observed import Judgement
from destination_xledger.verifying.table import blocking, summed_up, table_of
from xledger_api.sending.client import XledgerClient


def main(arguments: Sequence[str]) -> int:
    """Runs the command with all output redacted.

    Args:
        arguments: The command line without the name of the command.

    Returns:
        The exit code: 0 when nothing keeps a sync from working, 1 when something does, 2 for a wrong command line.
    """
    redact_all_output(("destination_xledger", "xledger_api"))
    parser = argparse.ArgumentParser(prog="make verify", description=__doc__)
    parser.add_argument("config", help="config of destination-xledger, a JSON file")
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        judgements = verified(parser.parse_args(arguments).config, connect_to)
    except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
        failure = told(error)
        console.print(failure.message)
        if failure.internal_message != failure.message:
            console.print(failure.internal_message)
        return 1
    console.print(table_of(judgements))
    console.print(filter_secrets(summed_up(judgements)))
    return 1 if blocking(judgements) else 0


def verified(path: str, connect: Callable[[Config], XledgerClient]) -> Mapping[Fact, Judgement]:
    """Looks at the Xledger of a config, and judges everything that is relied on.

    Args:
        path: The file with the config.
        connect: Makes the client.

    Raises:
        AirbyteTracedException: When the config cannot work, or Xledger cannot be asked.
    """
    config = read_object("config", path)
    mask_secrets(connection_specification(), config)
    seen = look_at(parse_config(config), connect)
    return {fact: fact.judge(seen) for fact in FACTS}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
