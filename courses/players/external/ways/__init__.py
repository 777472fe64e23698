"""The ways in which proof comes back: one file each. What each asks the learner for, and what is checked of it.

A further way is a file here, a line in ``WAYS``, a value of ``courses.models.Way`` with its migration, and translations.
What no way takes so far needs more: fields of ``Given`` and ``Proof``, refusals, words (docs/external.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from courses.models import Proof, Way
from courses.players.external.findings import Finding
from courses.players.external.forms import HandInForm
from courses.players.external.ways.badge import BadgeWay
from courses.players.external.ways.code import CodeWay
from courses.players.external.ways.declaration import DeclarationWay
from courses.players.external.ways.file import FileWay


class HandInWay(Protocol):
    """``is_declared``: no proof is seen. What is accepted is on record as declared, and completes nothing (decision 15)."""

    @property
    def name(self) -> Way: ...
    @property
    def form(self) -> type[HandInForm]: ...
    @property
    def is_declared(self) -> bool: ...
    @property
    def checks(self) -> tuple[Callable[[Proof], Iterator[Finding]], ...]: ...


WAYS: dict[str, HandInWay] = {way.name: way for way in (FileWay(), CodeWay(), BadgeWay(), DeclarationWay())}
