"""Reports by e-mail in the admin: for oneself, and for heads of office by HR."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.models import ReportSubscription
from lms.compliance.reports import PERMISSION, GuardedExport
from lms.compliance.subscribing import NotEntitled, subscribe, unsubscribe
from lms.people.models import Office

FOR_OTHERS = "lms.add_reportsubscription"


class SubscribeForm(forms.Form):
    """``recipient`` is there only for who may choose one."""

    recipient = forms.ModelChoiceField(
        label=gettext_lazy("Recipient"), queryset=None, required=False, empty_label=gettext_lazy("Myself")
    )
    office = forms.ModelChoiceField(label=gettext_lazy("Office"), queryset=None)
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=ReportSubscription.Every.choices)
    for_outside = forms.BooleanField(
        label=gettext_lazy("For use outside HR: small numbers are withheld"), required=False
    )

    def __init__(self, *args: Any, offices: list[Office], recipients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        if recipients is None:
            del fields["recipient"]
        else:
            fields["recipient"].queryset = recipients


class DeliveriesView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Own subscriptions; who may choose recipients sees and stops those to every office that they may see."""

    permission = PERMISSION
    template_name = "lms/admin/deliveries.html"
    page_title = gettext_lazy("Reports by e-mail")
    header_icon = "mail"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("lms_compliance"), "label": _("Compliance")},
            {"url": "", "label": str(self.page_title)},
        ]

    def may_choose(self) -> bool:
        return bool(self.request.user.has_perm(FOR_OTHERS))

    def mine(self) -> Any:
        """The subscriptions that the viewer may see and stop."""
        own = Q(recipient=self.request.user)
        if self.may_choose():
            own |= Q(office__in=[office.pk for office in self.offices])
        return ReportSubscription.objects.filter(own).select_related("recipient__person", "office")

    def form(self, data: Any = None) -> SubscribeForm:
        """Recipients to choose from: who heads one of the viewer's offices today."""
        heads = None
        if self.may_choose():
            today = timezone.localdate()
            heads = get_user_model().objects.filter(
                Q(person__headships__ends_on__isnull=True) | Q(person__headships__ends_on__gte=today),
                person__headships__starts_on__lte=today,
                person__headships__office__in=[office.pk for office in self.offices],
            ).select_related("person").distinct()  # fmt: skip
        return SubscribeForm(data, offices=self.offices, recipients=heads)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form()
        return super().get_context_data(form=form, subscriptions=self.mine(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "stop" in request.POST:
            return self.stop(request.POST["stop"])
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        given = dict(form.cleaned_data)
        recipient = given.pop("recipient", None) or request.user
        try:
            subscribe(recipient=recipient, by=request.user, **given)
        except NotEntitled:
            messages.error(request, _("The recipient may not see the figures of this office."))
        else:
            messages.success(request, _("The report will be sent; it begins with the next date."))
        return redirect("lms_deliveries")

    def stop(self, pk: str) -> HttpResponse:
        found = self.mine().filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        if found is None:
            raise Http404
        unsubscribe(subscription=found, by=self.request.user)
        messages.success(self.request, _("The report will not be sent any more."))
        return redirect("lms_deliveries")
