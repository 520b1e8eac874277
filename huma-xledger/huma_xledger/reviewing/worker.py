"""The process that runs the connectors of a review. It takes a task from its input and tells how far it is.

It ends when the review does, be it that the review was killed: the connectors end with it, and only then may another
sync of the connection begin.
"""

from connector_base.process import loading
from huma_xledger.child import Tell, be_a_child
from huma_xledger.reviewing.messages import MESSAGE, TASK, Message, Moved, as_line
from huma_xledger.reviewing.status import At


def main() -> None:
    """Takes a task, works on it, and tells how far it is, a line each."""
    be_a_child(_work)


def _work(line: bytes, tell_line: Tell) -> None:
    def tell(message: Message) -> None:
        tell_line(as_line(MESSAGE, message))

    task = TASK.validate_json(line)
    tell(Moved(task.to[0], at=At.CHECKING))
    with loading():
        from huma_xledger.reviewing.work import work  # noqa: PLC0415  PyAirbyte takes seconds to load
    work(task, tell)


if __name__ == "__main__":
    main()
