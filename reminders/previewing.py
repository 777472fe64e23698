"""How the messages of a ladder read, in the admin, to whom and in which language; and one to oneself, to see it arrive."""

from __future__ import annotations

import smtplib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import EditView, PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy

from lms.people.addresses import address_of
from lms.people.models import LANGUAGES, person_of
from reminders.examples import AUDIENCES, example
from reminders.letters import Written
from reminders.models import Ladder
from reminders.packing import letter_of

ALONE = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
CHARSET = '<meta charset="utf-8">'


class LadderMessagesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Examples: no person is read, no link made. Whoever may change ladders sees it; POST sends one to themselves."""

    permission_policy = ModelPermissionPolicy(Ladder)
    permission_required = "change"
    template_name = "reminders/admin/messages.html"
    page_title = gettext_lazy("How the messages read")
    header_icon = "mail"

    @cached_property
    def ladder(self) -> Ladder:
        return get_object_or_404(Ladder, pk=self.kwargs["pk"])

    @cached_property
    def audience(self) -> str:
        """As asked for, else the first."""
        known = [value for value, _label in AUDIENCES]
        asked = self.request.GET.get("audience", "")
        return asked if asked in known else known[0]

    @cached_property
    def language(self) -> str:
        """As asked for, else the viewer's own."""
        person = person_of(self.request.user)
        wanted = (self.request.GET.get("language", ""), person.language if person else "")
        return next((code for code in wanted if code in dict(LANGUAGES)), LANGUAGES[0][0])

    def written(self) -> Written:
        return example(audience=self.audience, language=self.language, now=timezone.now())

    def here(self, **other: str) -> str:
        return "?" + urlencode({"audience": self.audience, "language": self.language, **other})

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("reminder_ladders:index"), "label": _("Reminder ladders")},
            {"url": reverse("reminder_ladders:edit", args=[self.ladder.pk]), "label": str(self.ladder)},
            {"url": "", "label": str(self.page_title)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        written, info = self.written(), get_language_info(self.language)
        alone = f'{CHARSET}<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
        return super().get_context_data(
            written=written,
            html=written.html.replace(CHARSET, alone, 1),
            info=info,
            language=self.language,
            text_direction="rtl" if info["bidi"] else "ltr",
            audiences=[(self.here(audience=value), label, value == self.audience) for value, label in AUDIENCES],
            languages=[
                (self.here(language=code), code, get_language_info(code)["name_local"], code == self.language)
                for code, _label in LANGUAGES
            ],
            address=address_of(self.request.user),
            here=self.here(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One message to the viewer's own address, and to no other."""
        address = address_of(request.user)
        if not address:
            messages.error(request, _("Your account has no e-mail address."))
            return redirect(request.path + self.here())
        try:
            letter_of(self.written(), to=address, language=self.language).send()
        except (smtplib.SMTPException, OSError, ValueError):
            messages.error(request, _("The mail server did not take the message. Try again later."))
        else:
            said = {"audience": self.audience, "language": self.language}
            log(self.ladder, "lms.ladder.send_example", user=request.user, data=said)
            messages.success(request, _("The example is on its way to %(address)s.") % {"address": address})
        return redirect(request.path + self.here())


class LadderEditView(EditView):  # type: ignore[misc]
    """With the way to the examples."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        address = reverse("reminder_ladders:messages", args=[self.object.pk])
        shown = Button(LadderMessagesView.page_title, url=address, icon_name="mail", priority=5)
        return [shown, *super().header_more_buttons]
