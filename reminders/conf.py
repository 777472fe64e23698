"""Every LMS_* setting of reminders. A site sets them in its Django settings."""

from __future__ import annotations

from lms.conf import Setting


class ReminderSettings:
    """Settings of reminders."""

    SEND_FROM_HOUR = Setting(8, "Hour of the recipient's day from which reminders are sent.")
    SEND_UNTIL_HOUR = Setting(18, "Hour of the recipient's day from which no more reminders are sent; 24: all day.")
    WORKING_DAYS_ONLY = Setting(
        True, "Send reminders on working days of the recipient's office only: by its weekend and its holidays."
    )


conf = ReminderSettings()
