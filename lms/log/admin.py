"""The log in the admin: what the last verification found, and checkpoints to be kept elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.log.checkpoints import origin, seed
from lms.log.models import Checkpoint
from lms.log.notes import public_of, verifier_key
from lms.periodic_models import PeriodicRun
from lms.verification_models import VerificationRun

PERMISSION = "lms.view_checkpoint"
VERIFY = "lms.verify"
A_PAGE = 30


class LogMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class MayRead:
    """For who may verify: Human Resources, auditors and administrators."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not (request.user.has_perm("wagtailadmin.access_admin") and request.user.has_perm(PERMISSION)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class LogView(MayRead, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    template_name = "lms/admin/log.html"
    page_title = gettext_lazy("Verification")
    header_icon = "lock"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": reverse("lms_log"), "label": str(self.page_title)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(Checkpoint.objects.all(), A_PAGE).get_page(self.request.GET.get("p"))
        key = seed()
        return super().get_context_data(
            runs=list(VerificationRun.objects.all()[:5]),
            checkpoints=page,
            key=verifier_key(origin(), public_of(key)) if key else "",
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """The clock begins it with its next round; asking twice is asking once."""
        PeriodicRun.objects.filter(name=VERIFY).update(started_at=None)
        messages.success(
            request, _("The verification begins within a minute. Open this page again to see what it finds.")
        )
        return redirect("lms_log")


class CheckpointView(MayRead, View):
    """One checkpoint as the file that is kept."""

    def get(self, request: HttpRequest, size: int) -> HttpResponse:
        found = get_object_or_404(Checkpoint, size=size)
        name = f"checkpoint-{found.made_at:%Y-%m-%d}-{found.size}.txt"
        return HttpResponse(
            found.text,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
