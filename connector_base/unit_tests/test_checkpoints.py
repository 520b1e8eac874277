"""A state message says how many records it covers: of its stream, or of all where it is everybody's."""

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer

from connector_base.protocol.checkpoints import Checkpoints
from connector_base.protocol.stream_keys import StreamKey

GLOBAL = {"type": "GLOBAL", "global": {"shared_state": {"number": 1}, "stream_states": []}}
LEGACY = {"type": "LEGACY", "data": {"number": 1}}
UNTYPED = {"data": {"number": 1}}


def state(content: object) -> AirbyteMessage:
    return AirbyteMessageSerializer.load({"type": "STATE", "state": content})


def of(stream: str, namespace: str | None = None) -> AirbyteMessage:
    descriptor = {"name": stream, "namespace": namespace}
    return state({"type": "STREAM", "stream": {"stream_descriptor": descriptor, "stream_state": {"number": 1}}})


def covered(checkpoints: Checkpoints, message: AirbyteMessage) -> float | None:
    """What the message says that it covers, once it is passed on."""
    checkpoints.state(message)
    (released,) = checkpoints.release()
    assert released is message
    assert released.state is not None
    assert released.state.destinationStats is not None
    return released.state.destinationStats.recordCount


@pytest.fixture
def checkpoints() -> Checkpoints:
    """Two records of the one stream and one of the other, since their last states."""
    taken = Checkpoints()
    for stream in ("users", "employees", "users"):
        taken.record(StreamKey(stream))
    return taken


def test_a_state_of_a_stream_covers_its_records_and_no_others(checkpoints: Checkpoints) -> None:
    assert covered(checkpoints, of("users")) == 2
    assert covered(checkpoints, of("users")) == 0
    assert covered(checkpoints, of("employees")) == 1


def test_a_state_covers_no_records_of_a_stream_of_that_name_in_another_namespace(checkpoints: Checkpoints) -> None:
    checkpoints.record(StreamKey("users", "hr"))
    assert covered(checkpoints, of("users", "hr")) == 1
    assert covered(checkpoints, of("users", "")) == 2


@pytest.mark.parametrize("content", [GLOBAL, LEGACY, UNTYPED])
def test_a_state_of_all_streams_covers_all_records_once(content: object, checkpoints: Checkpoints) -> None:
    assert covered(checkpoints, state(content)) == 3
    assert covered(checkpoints, state(content)) == 0
    assert covered(checkpoints, of("users")) == 0
    checkpoints.record(StreamKey("employees"))
    assert covered(checkpoints, state(content)) == 1


def test_a_state_of_all_streams_leaves_out_what_a_stream_has_covered(checkpoints: Checkpoints) -> None:
    assert covered(checkpoints, of("users")) == 2
    assert covered(checkpoints, state(GLOBAL)) == 1


def test_states_are_passed_on_once_and_in_their_order(checkpoints: Checkpoints) -> None:
    messages = [of("users"), state(GLOBAL), of("employees")]
    for message in messages:
        checkpoints.state(message)
    assert [id(message) for message in checkpoints.release()] == [id(message) for message in messages]
    assert checkpoints.release() == []
