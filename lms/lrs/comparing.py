"""Pure: whether two statements say the same. xAPI 1.0.3 part two, 2.3.1 and 4.6; IEEE 9274.1.1, 4.2.7."""

from __future__ import annotations

import re
from typing import Any

OURS = frozenset({"stored", "timestamp", "authority", "version", "attachments"})
BEYOND_HUNDREDTHS = re.compile(r"(\.\d\d)\d+S$")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """What the record store sets itself does not count, nor do displays, definitions and parts of a hundredth second."""
    return core(one) == core(other)


def core(data: dict[str, Any]) -> dict[str, Any]:
    """What a statement says, in one form."""
    found = {name: value for name, value in data.items() if name not in OURS}
    if "id" in found:
        found["id"] = found["id"].lower()
    found["verb"] = found["verb"]["id"]
    target = found["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        found["object"] = target["id"]
    elif kind == "SubStatement":
        found["object"] = core(target)
    if "duration" in found.get("result", {}):
        duration = BEYOND_HUNDREDTHS.sub(r"\1S", found["result"]["duration"])
        found["result"] = {**found["result"], "duration": duration}
    if "context" in found:
        found["context"] = _context(found["context"])
    return found


def _context(context: dict[str, Any]) -> dict[str, Any]:
    found = dict(context)
    if "registration" in found:
        found["registration"] = found["registration"].lower()
    if "contextActivities" in found:
        found["contextActivities"] = {
            name: sorted(item["id"] for item in (value if isinstance(value, list) else [value]))
            for name, value in found["contextActivities"].items()
        }
    return found
