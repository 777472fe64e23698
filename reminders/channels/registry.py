"""Which channels there are: the folders that LMS_CHANNELS names, each with a module ``channel``."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast

from reminders.channels.nudging import Nudge
from reminders.conf import conf


class Channel(Protocol):
    """What the module of a channel holds. It learns an address and a nudge, nothing else."""

    LABEL: str

    def check_address(self, address: str) -> Any:
        """What is wrong with an address, to be shown; empty where nothing is. Its host is checked elsewhere."""

    def worded(self, nudge: Nudge) -> bytes:
        """The body of the post. The recipient's language is active."""

    def hand_over(self, address: str, body: bytes) -> None:
        """Returns when it was accepted; else raises Gone, Later, Refused or Unsure (``handing``)."""


def channels() -> dict[str, Channel]:
    """Every channel in use, by the name of its folder."""
    return {folder.rpartition(".")[2]: cast(Channel, import_module(f"{folder}.channel")) for folder in conf.CHANNELS}


def label_of(name: str) -> str:
    """The name to be shown, also of a channel that is in use no more."""
    channel = channels().get(name)
    return channel.LABEL if channel else name
