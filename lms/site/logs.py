"""One JSON object a line, so that a log collector needs no parser of its own."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

SECRET_IN_PATH = re.compile(r"(/(?:invitation|link|verify)/)[^/\s\"]+")


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, and the traceback where there is one; tokens in addresses are masked."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": SECRET_IN_PATH.sub(r"\1…", record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
