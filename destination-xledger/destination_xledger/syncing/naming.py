"""What refusals name of the inputs of a batch, and of whom it is to be left out. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from destination_xledger.syncing.blame import Node, Path, index_of, named, quoted_at, suspect
from xledger_api.sending.answers import Failure

LeaveOut = Mapping[str, tuple[Path, ...]]
"""The places that are to be left out of inputs, by client id."""

Value = tuple[Path, str]
"""A value and where it stands in an input."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the refusals of one batch have named so far.

    A value that several have may be right for one and wrong for another, as a postal code is that goes with a city. So
    it is left out of all of them only once somebody was refused for it alone.
    """

    _proven: set[Value] = field(default_factory=set)
    _tried: set[Value] = field(default_factory=set)

    def to_leave_out(self, failure: Failure, inputs: Mapping[str, Node], *, everywhere: bool) -> LeaveOut:
        """What is to be left out before the same is sent again.

        Args:
            failure: Why the inputs were refused together.
            inputs: Their nodes, by client id.
            everywhere: Whether to leave out what is named of all of them, whatever their value is; for a single one, or
                where nothing is tried in smaller parts any more.
        """
        places = {client_id: named(failure, node) for client_id, node in inputs.items()}
        values = self._quoted(failure, inputs, places)
        if len(inputs) == 1:
            self._proven.update(*values.values())
        if everywhere or len(inputs) == 1:
            return {client_id: paths for client_id, paths in places.items() if paths}
        if len(values) == 1:
            return {client_id: tuple(path for path, _ in found) for client_id, found in values.items()}
        proven = {client_id: tuple(path for path, _ in found & self._proven) for client_id, found in values.items()}
        return {client_id: paths for client_id, paths in proven.items() if paths}

    def suspect(self, failure: Failure, inputs: Mapping[str, Node]) -> str | None:
        """The client id of the input that seems to be to blame, because only that has a value which is quoted.

        Or of one whose trial alone shows whether a value that several have is wrong in itself.

        Args:
            failure: Why the inputs were refused together.
            inputs: Their nodes, by client id, in the order in which they were sent.

        Returns:
            None where no value is quoted, or where it was tried before.
        """
        if to_blame := suspect(failure, inputs):
            return to_blame
        values = self._quoted(failure, inputs, {client_id: named(failure, node) for client_id, node in inputs.items()})
        new = set().union(*values.values()) - self._tried
        self._tried.update(new)
        holders = [client_id for client_id, found in values.items() if found & new]
        index = index_of(failure)
        by_index = list(inputs)[index] if index is not None and index < len(inputs) else None
        return by_index if by_index in holders else next(iter(holders), None)

    def _quoted(self, failure: Failure, inputs: Mapping[str, Node], places: LeaveOut) -> dict[str, set[Value]]:
        """The values that a refusal quotes at the places that it names, by client id."""
        found = {
            client_id: {
                (path, value) for path in places[client_id] if (value := quoted_at(failure, node, path)) is not None
            }
            for client_id, node in inputs.items()
        }
        return {client_id: values for client_id, values in found.items() if values}
