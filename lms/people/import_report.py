"""What an import did to whom, row by row and in sum."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.people import feed


@dataclass
class ImportReport:
    """What an import did, or with a dry run would have done."""

    rows: int = 0
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    renumbered: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    offices_created: int = 0
    offices_rejected: int = 0
    rejected: list[feed.Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    assignments: int = 0

    @property
    def accounts(self) -> dict[str, int]:
        """Every row of the people file stands in exactly one of these."""
        return {
            "joined": len(self.created),
            "changed": len(self.changed),
            "left": len(self.left),
            "unchanged": self.unchanged,
            "rejected": len(self.rejected) - self.offices_rejected,
        }
