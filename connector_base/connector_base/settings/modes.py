"""Whether a destination writes at all."""

from enum import Enum


class Mode(str, Enum):
    """Whether anything is written."""

    PREVIEW = "preview"
    SYNC = "sync"
