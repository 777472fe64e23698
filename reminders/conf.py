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
    CHANNELS = Setting(
        ["reminders.channels.slack", "reminders.channels.teams"],
        "Channels in which supervisors can be nudged beside the e-mail: the folder of each (docs/reminders.md).",
    )
    CHANNEL_HOSTS = Setting(
        ["hooks.slack.com", "*.environment.api.powerplatform.com", "*.logic.azure.com"],
        "Hosts to which posts in other channels may go, over https only; *. stands for whatever is below.",
    )
    CHANNEL_STAND_IN = Setting(
        "",
        "Such as http://127.0.0.1:9000: a server that stands in for the channels. Of the demo and the tests only: it is "
        "ignored where LMS_DEMO is not set.",
    )
    REMINDERS_LATE_MINUTES = Setting(30, "Minutes after which what should have moved on counts as standing still.")
    OPERATORS: Setting[list[str] | None] = Setting(
        None, "E-mail addresses that are told when reminders stand still; None: those of Django's ADMINS."
    )


conf = ReminderSettings()
