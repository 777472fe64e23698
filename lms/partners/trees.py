"""Pure: partners and their sub-partners. Imports no Django."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Parents = Mapping[int, int | None]


def below(roots: Iterable[int], parents: Parents) -> set[int]:
    """The roots and everything below them. Ends on a circle too, which two edits at once could make."""
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        if parent is not None:
            children[parent].append(child)
    found: set[int] = set()
    waiting = [root for root in roots if root in parents]
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting += children[item]
    return found


def above(item: int, parents: Parents) -> list[int]:
    """The item itself, then what is above it, the nearest first."""
    chain: list[int] = []
    following: int | None = item
    while following is not None and following not in chain:
        chain.append(following)
        following = parents.get(following)
    return chain
