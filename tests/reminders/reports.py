"""Reports as mail servers write them: our own texts in their shapes. ``{id}`` and ``{to}`` are filled in."""

from __future__ import annotations

RETURNED = """From: Learning <learning@example.org>
To: {to}
Subject: Learning task due
Message-ID: {id}
Auto-Submitted: auto-generated
Content-Type: text/plain; charset=utf-8

SECRET-CONTENT of the message
"""

POSTFIX = """Received: by mx.example.org (Postfix) id 4F0A11C0; Tue, 24 Nov 2026 09:00:07 +0000 (UTC)
Date: Tue, 24 Nov 2026 09:00:07 +0000 (UTC)
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: learning@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="4F0A11C0.1795510807/mx.example.org"
Message-Id: <20261124090007.4F0A11C0@mx.example.org>

This is a MIME-encapsulated message.

--4F0A11C0.1795510807/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

The mail system of mx.example.org gave up on one recipient.

--4F0A11C0.1795510807/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4F0A11C0
X-Postfix-Sender: rfc822; learning@example.org
Arrival-Date: Tue, 24 Nov 2026 09:00:05 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address
    rejected: nobody here by that name

--4F0A11C0.1795510807/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

{returned}
--4F0A11C0.1795510807/mx.example.org--
"""

EXCHANGE = """From: <postmaster@example.org>
To: <learning@example.org>
Date: Tue, 24 Nov 2026 09:01:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="c0ffee00-0000-4000-8000-00000000abcd"
Content-Language: en-GB
Message-ID: <c0ffee00-0000-4000-8000-000000000001@PROD.EXAMPLE.ORG>
In-Reply-To: {id}
References: {id}
Subject: Undeliverable: Learning task due
Auto-Submitted: auto-replied
X-MS-Exchange-Message-Is-Ndr:
MIME-Version: 1.0

--c0ffee00-0000-4000-8000-00000000abcd
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="c0ffee00-0000-4000-8000-00000000beef"

--c0ffee00-0000-4000-8000-00000000beef
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Nobody of that name was found at example.org.=20

--c0ffee00-0000-4000-8000-00000000beef
Content-Type: text/html; charset="us-ascii"

<html><body><p>Nobody of that name was found at example.org.</p></body></html>

--c0ffee00-0000-4000-8000-00000000beef--

--c0ffee00-0000-4000-8000-00000000abcd
Content-Type: message/delivery-status

Reporting-MTA: dns;AB1PR00MB0001.prod.example.org
Received-From-MTA: dns;mx.example.org
Arrival-Date: Tue, 24 Nov 2026 09:00:58 +0000

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.NotThere; no recipient
X-Display-Name: {to}

--c0ffee00-0000-4000-8000-00000000abcd
Content-Type: message/rfc822

{returned}
--c0ffee00-0000-4000-8000-00000000abcd--
"""

GMAIL = """Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@example.org>
To: learning@example.org
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {id}
In-Reply-To: {id}
X-Failed-Recipients: {to}
Message-ID: <65f0a1.example@mx.example.org>
Date: Tue, 24 Nov 2026 01:02:00 -0800
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000aaaa"; report-type=delivery-status

--000000000000aaaa
Content-Type: multipart/related; boundary="000000000000bbbb"

--000000000000bbbb
Content-Type: text/plain; charset="UTF-8"

The mailbox is full.

--000000000000bbbb
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--000000000000bbbb--
--000000000000aaaa
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue, 24 Nov 2026 01:01:58 -0800
X-Original-Message-ID: {id}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552-5.2.2 The mailbox of this person has no room left.
 552 5.2.2 Try again when there is some.
Last-Attempt-Date: Tue, 24 Nov 2026 01:01:59 -0800

--000000000000aaaa
Content-Type: message/rfc822

{returned}
--000000000000aaaa--
"""

SENDMAIL = """From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example.org>
Date: Sun, 29 Nov 2026 09:05:00 GMT
To: <learning@example.org>
Message-Id: <202611290905.aBC@relay.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="aBC.1795942700/relay.example.org"
Subject: Returned mail: see transcript for details
Auto-Submitted: auto-generated (failure)

--aBC.1795942700/relay.example.org

Could not be delivered in five days.

--aBC.1795942700/relay.example.org
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org
Received-From-MTA: DNS; mx.example.org
Arrival-Date: Tue, 24 Nov 2026 09:00:05 GMT

Final-Recipient: RFC822; <{to}>
X-Actual-Recipient: RFC822; {to}
Action: failed
Status: 4.4.7
Remote-MTA: DNS; mail.example.net
Last-Attempt-Date: Sun, 29 Nov 2026 09:04:59 GMT

--aBC.1795942700/relay.example.org
Content-Type: text/rfc822-headers

Return-Path: <learning@example.org>
From: Learning <learning@example.org>
To: {to}
Message-ID:
 {id}
Subject: Learning task due

--aBC.1795942700/relay.example.org--
"""

COMPLAINT = """From: <complaints@example.org>
Date: Tue, 24 Nov 2026 10:00:00 +0000
Subject: FW: Learning task due
To: <abuse@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

Somebody pressed the button for spam.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Reporter/1.0
Version: 1
Original-Mail-From: <learning@example.org>
Original-Rcpt-To: <{to}>
Arrival-Date: Tue, 24 Nov 2026 09:00:10 +0000

--part
Content-Type: message/rfc822

{returned}
--part--
"""

SHAPES = {"postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL, "sendmail": SENDMAIL, "complaint": COMPLAINT}


def written(shape: str, *, message_id: str, to: str, change: tuple[str, ...] = (), newline: str = "\r\n") -> bytes:
    """The report; ``change``: some of its text, and what stands there instead; and more of it."""
    text = SHAPES[shape].format(id=message_id, to=to, returned=RETURNED.format(id=message_id, to=to))
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return text.replace("\n", newline).encode()
