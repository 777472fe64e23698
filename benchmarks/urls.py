"""The site's addresses and a bare JSON view."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from lms.site.urls import urlpatterns as site


def bare(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"bare": True})


urlpatterns = [path("bare-json/", bare), *site]
