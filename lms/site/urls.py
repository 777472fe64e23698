"""Addresses of the site as shipped."""

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from lms.site.demo_views import onboarding
from lms.site.health import healthz

# The demo's stand-in for the system that a host keeps behind the gate.
demo_urls = [path("onboarding/", onboarding)] if getattr(settings, "LMS_DEMO", False) else []

urlpatterns = [
    path("healthz", healthz),
    path("accounts/", include("allauth.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("", include("lms.urls")),
    path("", include("courses.urls")),
    path("", include("attestations.urls")),
    path("xapi/", include("lms.lrs.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *demo_urls,
    path("", include(wagtail_urls)),
]
