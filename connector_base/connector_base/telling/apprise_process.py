"""Apprise, in a process of its own: what it and the libraries of its services say is heard by nobody.

From standard input comes what is to be done, one JSON object: `addresses`, and the `subject` and the `body` to be sent,
or neither. To standard output goes a line for each address, as soon as it is known: its `position`, and what `became`
of it, which is `told`, `not_reached`, `not_understood`, or where nothing was to be sent, `understood`.
"""

import json
import logging
import os
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from apprise import AppriseAsset

APPLICATION: Final = "huma-xledger"
"""Who an e-mail is from, where its address does not say."""


def main() -> None:
    """Does what is asked for."""
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    with _heard_by_nobody() as answers:
        _each(asked, answers)


def _heard_by_nobody() -> TextIO:
    """Standard output, for answers alone: whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _each(asked: dict[str, Any], answers: TextIO) -> None:
    """Tells all addresses at once, each in a thread: one that does not answer keeps nobody from being told."""
    from apprise import AppriseAsset  # noqa: PLC0415  not before nobody hears what is said meanwhile

    # No picture is fetched from anywhere and shown, no redirect followed, which would lose the message, nothing stored.
    asset = AppriseAsset(
        app_id=APPLICATION,
        app_desc=APPLICATION,
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        http_redirects=False,
        storage_mode="memory",
    )

    def one(position: int, address: str) -> None:
        try:
            became = _became(address, asked, asset)
        except Exception:  # noqa: BLE001  a hundred services, each with a library of its own
            became = "not_reached"
        answers.write(json.dumps({"position": position, "became": became}) + "\n")
        answers.flush()

    threads = [Thread(target=one, args=each) for each in enumerate(asked["addresses"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _became(address: str, asked: dict[str, Any], asset: "AppriseAsset") -> str:
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  as above

    apprise = Apprise(asset=asset)
    service = Apprise.instantiate(address, asset=asset)
    if service is None or not apprise.add(service):
        return "not_understood"
    if "body" not in asked:
        return "understood"
    sent = apprise.notify(title=asked["subject"], body=asked["body"], body_format=NotifyFormat.TEXT)
    return "told" if sent else "not_reached"


if __name__ == "__main__":
    main()
