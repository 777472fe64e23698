"""Addresses of the site as shipped."""

from django.conf import settings
from django.urls import include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from lms.site.admin_access import sign_in, with_access
from lms.site.demo_views import onboarding
from lms.site.health import healthz

# The demo's stand-in for the system that a host keeps behind the gate, and images, which elsewhere the proxy serves.
demo_urls = []
if getattr(settings, "LMS_DEMO", False):
    media = {"document_root": settings.MEDIA_ROOT}
    demo_urls = [path("onboarding/", onboarding), path("media/<path:path>", serve, media)]

urlpatterns = [
    path("healthz", healthz),
    path("documents/", include("wagtail.documents.urls")),
    path("accounts/", include("lms.site.account_urls")),
    path("admin/login/", sign_in),
    path("_util/login/", sign_in),
    path("admin/", include(decorate_urlpatterns(wagtailadmin_urls.urlpatterns, with_access))),
    path("", include("lms.urls")),
    path("", include("courses.urls")),
    path("", include("attestations.urls")),
    path("xapi/", include("lms.lrs.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *demo_urls,
    path("", include(wagtail_urls)),
]
