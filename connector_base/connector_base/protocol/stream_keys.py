"""What tells the streams of a catalog apart."""

from typing import NamedTuple, Protocol


class Described(Protocol):
    """Anything that names a stream and its namespace, as a stream of a catalog and the descriptor of a state do."""

    name: str
    namespace: str | None


class StreamKey(NamedTuple):
    """A stream's name and its namespace. Two streams of one name in two namespaces are two.

    Attributes:
        name: The name.
        namespace: The namespace; None for none. An empty one is none.
    """

    name: str
    namespace: str | None = None

    @classmethod
    def of(cls, described: Described) -> "StreamKey":
        """The key of a stream that something describes."""
        return cls.named(described.name, described.namespace)

    @classmethod
    def named(cls, name: str, namespace: str | None) -> "StreamKey":
        """The key of a stream by what a message calls it."""
        return cls(name, namespace or None)

    def __str__(self) -> str:
        """The stream as messages name it."""
        return f"{self.namespace}.{self.name}" if self.namespace else self.name
