"""Reads a PDF that a stranger made, in a process of its own with little memory and little time. Imports no Django.

Run as a script: the PDF comes on stdin, what was found goes to stdout as JSON. Whatever goes wrong in here, a bomb or a
file that is no PDF, is the end of this process and of nothing else.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MEMORY, SECONDS, MOST_OBJECTS, MOST_TEXT = 512 * 1024 * 1024, 8, 20_000, 60_000
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/RichMedia", "/Movie", "/3D",
          "/FileAttachment", "/EmbeddedFile"}  # fmt: skip


def main() -> None:
    limit()
    content = sys.stdin.buffer.read()
    try:
        found = inspect(content, with_text=sys.argv[1:] == ["text"])
    except (MemoryError, RecursionError):
        found = {"problem": "too_much"}
    except Exception:  # whatever a file may do to its parser
        found = {"problem": "broken"}
    sys.stdout.write(json.dumps(found))


def limit() -> None:
    """Where the system has limits; elsewhere only the time-out of the parent holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect(content: bytes, *, with_text: bool) -> dict[str, Any]:
    import io
    import logging

    from pypdf import PdfReader

    logging.disable()
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return {"problem": "encrypted"}
    if problem := walk(reader):
        return {"problem": problem}
    pages = len(reader.pages)
    return {"pages": pages, "text": text_of(reader) if with_text else ""}


def walk(reader: Any) -> str:
    """Looks at every object, used or not: a script, an action or a file within is ``active``."""
    from pypdf.generic import IndirectObject

    places = [(number, generation) for generation, there in reader.xref.items() for number in there]
    places += [(number, 0) for number in reader.xref_objStm]
    if len(places) > MOST_OBJECTS:
        return "too_much"
    for number, generation in places:
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: S112  an object that cannot be read cannot be run either
            continue
        if is_active(found, 0):
            return "active"
    return ""


def is_active(found: Any, depth: int) -> bool:
    from pypdf.generic import ArrayObject, DictionaryObject, NullObject

    if depth > 40:
        raise RecursionError
    if isinstance(found, ArrayObject):
        return any(is_active(item, depth + 1) for item in list.__iter__(found))
    if not isinstance(found, DictionaryObject):
        return False
    named = {str(found.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in found}
    keys = {key for key in found if not isinstance(found.raw_get(key), NullObject)}
    if named & ACTIVE or keys & {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA"}:
        return True
    return any(is_active(found.raw_get(key), depth + 1) for key in keys)


def text_of(reader: Any) -> str:
    """As much as a certificate may say. Pages that cannot be read say nothing."""
    said = ""
    for page in reader.pages[:5]:
        try:
            said += page.extract_text() + "\n"
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: S112
            continue
        if len(said) > MOST_TEXT:
            break
    return said[:MOST_TEXT]


if __name__ == "__main__":
    main()
