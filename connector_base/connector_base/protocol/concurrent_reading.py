"""The CDK's concurrent reading, within bounds, and with errors that quote nothing."""

import logging
from collections.abc import Iterable, Iterator
from typing import Final

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem

from connector_base.failures import ConnectorError, told

MOST_WAITING: Final = 1000
"""How many partitions may wait to be read, and how many messages to be taken: enough to keep every thread busy, and a
destination that takes a few hundred records at a time. The same for both, for the CDK warns of twice as many
partitions."""


class BoundedSource(ConcurrentSource):
    """Reads as the CDK does, but tells of errors only what `told` does, and keeps few partitions and messages.

    The CDK lets 10,000 partitions wait to be read, remembers as many that were, and lets 10,000 messages wait to be
    taken, among them states that each name everything. It has settings for none of that.

    Attributes:
        first_failure: The first error that was told of; None while there is none.
        failures: How many were told of.
    """

    first_failure: ConnectorError | None = None
    failures: int = 0

    @classmethod
    def in_place_of(cls, source: ConcurrentSource) -> "BoundedSource":
        """One that reads with the threads and the queue of another, which is not to be used any longer."""
        threads = source._threadpool._threadpool  # noqa: SLF001
        bounded = cls(
            threadpool=ThreadPoolManager(threads, logging.getLogger("airbyte"), MOST_WAITING),
            logger=source._logger,  # noqa: SLF001
            slice_logger=source._slice_logger,  # noqa: SLF001
            queue=source._queue,  # noqa: SLF001
            message_repository=source._message_repository,  # noqa: SLF001
            initial_number_partitions_to_generate=source._initial_number_partitions_to_generate,  # noqa: SLF001
        )
        bounded._queue.maxsize = MOST_WAITING
        return bounded

    def let_threads_end(self) -> None:
        """Keeps the process from waiting for ever when whoever takes the messages has gone.

        Threads that read wait for room in the queue, and Python for them.
        """
        with self._queue.not_full:
            self._queue.maxsize = 0
            self._queue.not_full.notify_all()

    def _handle_item(
        self, queue_item: QueueItem, concurrent_stream_processor: ConcurrentReadProcessor
    ) -> Iterable[AirbyteMessage]:
        if isinstance(queue_item, StreamThreadException):
            error = told(queue_item.exception)
            self.first_failure = self.first_failure or error
            self.failures += 1
            queue_item = StreamThreadException(error, queue_item.stream_name)
        return super()._handle_item(queue_item, concurrent_stream_processor)


def without_logs(messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
    """Messages but for those in which the CDK logs: they quote requests and answers, and pass no formatter."""
    return (message for message in messages if message.log is None)
