"""The page on which an auditor takes a pack, and sees which were taken."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.auditing.forms import PackForm
from lms.compliance.auditing.models import AuditorPack
from lms.compliance.auditing.packing import Order
from lms.compliance.auditing.taking import take
from lms.compliance.reports import GuardedExport

TAKE = "lms.take_auditor_pack"
MOST_SHOWN = 20


class AuditorPackView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """GET shows the form, POST gives the ZIP. Of the offices that the viewer may see on that day."""

    permission = TAKE
    template_name = "lms/admin/auditor_pack.html"
    page_title = gettext_lazy("Auditor pack")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        days = {"first": today - timedelta(days=365), "last": today}
        form = kwargs.pop("form", None) or PackForm(initial=days, offices=self.offices)
        taken = AuditorPack.objects.filter(office__in=[office.pk for office in self.offices]).select_related("office")
        return super().get_context_data(form=form, taken=taken[:MOST_SHOWN], **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = PackForm(request.POST, offices=self.offices)
        if not form.is_valid():
            refused: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return refused
        order = form.order()
        with ExitStack() as stack:
            file = stack.enter_context(tempfile.TemporaryFile())
            take(order, out=file, by=request.user)
            stack.pop_all()  # the answer closes it, and then it is gone
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=file_name(order), content_type="application/zip")


def file_name(order: Order) -> str:
    return f"auditor-pack-{slugify(order.office.code)}-{order.period.last}.zip"
