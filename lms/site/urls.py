"""Addresses of the site as shipped."""

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("", include("lms.urls")),
    path("", include("courses.urls")),
    path("", include("attestations.urls")),
    path("", include(wagtail_urls)),
]
