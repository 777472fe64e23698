"""Reading what mail servers write about messages that came back, and surviving what anybody else writes."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.bounce_reports import MAX_BYTES, NotAReport, Report, read
from tests.reminders.reports import SHAPES, written

ID, TO = "<0123456789abcdef@learn.example.org>", "Bruno.Late@example.net"


def report(shape: str, change: tuple[str, str] = ("", "")) -> Report:
    (found,) = read(written(shape, message_id=ID, to=TO, change=change))
    return found


@pytest.mark.parametrize(
    ("shape", "status", "permanent", "at"),
    [
        ("postfix", "5.1.1", True, datetime(2026, 11, 24, 9, 0, 7, tzinfo=UTC)),
        ("exchange", "5.1.10", True, datetime(2026, 11, 24, 9, 1, tzinfo=UTC)),
        ("gmail", "5.2.2", False, datetime(2026, 11, 24, 9, 1, 59, tzinfo=UTC)),
        ("sendmail", "4.4.7", False, datetime(2026, 11, 29, 9, 4, 59, tzinfo=UTC)),
    ],
)
def test_a_report_says_which_message_whom_and_why(shape: str, status: str, permanent: bool, at: datetime) -> None:
    found = report(shape)
    assert (found.action, found.message_id, found.addresses) == ("failed", ID, (TO.lower(),))
    assert (found.status, found.permanent, found.at) == (status, permanent, at)


def test_a_complaint_says_which_message_and_whom() -> None:
    found = report("complaint")
    assert (found.action, found.message_id, found.addresses) == ("complained", ID, (TO.lower(),))
    assert not found.permanent
    without = report("complaint", (f"Original-Rcpt-To: <{TO}>\n", ""))
    assert without.addresses == (TO.lower(),)  # from the message that came back


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_of_the_message_is_kept_and_every_value_is_one_line(shape: str) -> None:
    text = repr(report(shape))
    assert "SECRET" not in text
    assert "Learning task due" not in text
    assert "\\n" not in text


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("shape", SHAPES)
def test_lines_may_end_as_they_like_and_an_mbox_line_may_come_first(shape: str, newline: str) -> None:
    raw = written(shape, message_id=ID, to=TO, newline=newline)
    for found in (*read(raw), *read(b"From MAILER-DAEMON Tue Nov 24 09:00:07 2026" + newline.encode() + raw)):
        assert found.message_id == ID


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_did_not_fail_is_not_permanent(action: str) -> None:
    found = report("postfix", ("Action: failed", f"Action: {action}"))
    assert (found.action, found.permanent) == (action, False)


@pytest.mark.parametrize(
    ("change", "status", "permanent"),
    [
        (("Status: 5.1.1\n", ""), "5.1.1", True),  # from what the other server answered
        (("Status: 5.1.1", "Status: 5.0.0"), "5.1.1", True),
        (("550 5.1.1 <", "<"), "5.1.1", True),
        (("Status: 5.1.1", "Status: 5.7.1"), "5.7.1", True),
        (("Status: 5.1.1", "Status: 5.4.300 (expired)"), "5.4.300", False),
        (("Status: 5.1.1", "Status: 5.1.1.1"), "5.1.1", True),
        (("Status: 5.1.1", "Status: nonsense"), "5.1.1", True),
    ],
)
def test_the_status_is_found_where_it_stands(change: tuple[str, str], status: str, permanent: bool) -> None:
    found = report("postfix", change)
    assert (found.status, found.permanent) == (status, permanent)


def test_a_failure_without_any_code_is_passing() -> None:
    raw = written("postfix", message_id=ID, to=TO, change=("Status: 5.1.1\n", "")).replace(b"550 5.1.1", b"no")
    (found,) = read(raw)
    assert (found.status, found.permanent) == ("", False)
    (found,) = read(raw.replace(b"smtp; no", b"smtp; 550 no"))
    assert (found.status, found.permanent) == ("5.0.0", True)


def test_an_address_that_was_forwarded_is_told_with_the_one_we_wrote_to() -> None:
    found = report("postfix", (f"Final-Recipient: rfc822; {TO}", "Final-Recipient: rfc822; other@example.com"))
    assert found.addresses == (TO.lower(), "other@example.com")


def test_missing_parts_leave_gaps_and_break_nothing() -> None:
    assert report("postfix", ("Content-Type: message/rfc822", "Content-Type: text/plain")).message_id == ""
    assert report("exchange", ("Content-Type: message/rfc822", "Content-Type: text/plain")).message_id == ID
    assert report("postfix", ("Date: Tue, 24 Nov 2026", "Date: Someday, 99 Nov")).at is None
    assert read(written("postfix", message_id=ID, to=TO, change=("Action: failed\n", ""))) == []
    assert (
        read(written("complaint", message_id=ID, to=TO, change=("Feedback-Type: abuse", "Feedback-Type: not-spam")))
        == []
    )


@pytest.mark.parametrize(
    ("shape", "old"),
    [
        ("postfix", "Content-Type: message/delivery-status"),
        ("postfix", "Content-Type: multipart/report; report-type=delivery-status;"),
        ("complaint", "Feedback-Type: abuse\n"),
    ],
)
def test_what_is_no_report_is_refused(shape: str, old: str) -> None:
    with pytest.raises(NotAReport):
        report(shape, (old, "X: y\n"))


def test_an_international_report_is_read() -> None:
    """RFC 6533: the parser knows nothing of this kind of part."""
    found = report("postfix", ("message/delivery-status", "message/global-delivery-status"))
    assert (found.status, found.addresses) == ("5.1.1", (TO.lower(),))


@pytest.mark.parametrize("charset", ["utf-16", "no-such-charset", "\u202e", "x" * 5000])
def test_a_charset_that_is_wrong_breaks_nothing(charset: str) -> None:
    change = ("Content-Type: text/rfc822-headers", f'Content-Type: text/rfc822-headers; charset="{charset}"')
    assert report("sendmail", change).message_id == ID


def test_a_header_in_a_value_stays_a_value() -> None:
    smuggled = (
        "smtp; 550 5.1.1",
        "smtp; 550 5.1.1 \x00\x0b\x0c\u2028\x85\u202eFinal-Recipient: rfc822; eve@example.org",
    )
    found = report("postfix", smuggled)
    assert found.addresses == (TO.lower(),)
    assert found.reason.isprintable()


def test_only_so_many_recipients_are_read() -> None:
    block = "Final-Recipient: rfc822; {}@example.org\nAction: failed\nStatus: 5.1.1\n\n"
    many = "".join(block.format(f"p{number}") for number in range(500))
    raw = written("postfix", message_id=ID, to=TO, change=("Final-Recipient", many + "Final-Recipient"), newline="\n")
    assert len(read(raw)) == 10


BAD = {
    "deep multiparts": b"".join(
        b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(9000)
    ),
    "deep messages": b"Content-Type: message/rfc822\n\n" * 30_000,
    "as deep as is let through": b"".join(
        b'Content-Type: multipart/x; boundary="%d"\n\n--%d\n' % (n, n) for n in range(58)
    )
    + b"\n" * 900_000,
    "semicolons": b"Content-Type: multipart/report" + b";" * 900_000 + b"\n\n",
    "quotes": b'Content-Type: multipart/report; boundary="' + b'\\";' * 300_000 + b"\n\n",
    "folded": b"Content-Type: multipart/report" + b";\n a=b" * 150_000 + b"\n\n",
    "headers": b"X: y\n" * 200_000,
    "one line": b"x" * 3_000_000,
    "zeros": b"\0" * 3_000_000,
    "encoded words": b"Message-ID: " + b"=?utf-8?b?" * 100_000,
    "brackets": b"Subject: x\nReferences: " + b"<" * 900_000,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_made_to_hurt_costs_little_time_and_memory(name: str) -> None:
    begun = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(NotAReport):
            read(BAD[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60 * MAX_BYTES
    assert time.monotonic() - begun < 20  # under the tracer, on a machine that others use


LINES = b"""--b
--b--
Content-Type: multipart/report; boundary=b
Content-Type: multipart/digest; boundary=b
Content-Type: multipart/report; boundary*0*=utf-16'en'b
Content-Type: message/delivery-status
Content-Type: message/global-delivery-status
Content-Type: message/feedback-report
Content-Type: message/rfc822
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: base64
Content-Transfer-Encoding: x-uuencode
Feedback-Type: abuse
Final-Recipient: rfc822; a@b.org
Action: failed
Status: 5.1.1
Message-ID: <a@b>
Reporting-MTA: dns; x
Last-Attempt-Date: Mon, 99 Xyz 99999999 25:61:61 +9999
Date: \xe9
: \n folded
\xff\xfe\xed\xa0\x80"""
PIECES = st.sampled_from([b"\n", b"\r\n", b"\n\n", *(line + b"\n" for line in LINES.split(b"\n"))])


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=30), max_size=60))
def test_whatever_comes_is_reports_or_no_report(pieces: list[bytes]) -> None:
    begin = b"Content-Type: multipart/report; boundary=b\n\n--b\n"
    for raw in (b"".join(pieces), begin + b"".join(pieces)):
        try:
            found = read(raw)
        except NotAReport:
            continue
        for one in found:
            assert all(
                text.isprintable() and len(text) <= 254 for text in (*one.addresses, one.message_id, one.reason)
            )


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_a_real_report_that_was_damaged_is_reports_or_no_report(shape: str, data: st.DataObject) -> None:
    raw = written(shape, message_id=ID, to=TO)
    begin = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(begin, min(len(raw), begin + 200)))
    with suppress(NotAReport):
        read(raw[:begin] + data.draw(st.binary(max_size=20)) + raw[end:])
