"""The record store's mounts: without a version header one answers 2.0.0, the other 1.0.3."""

from django.urls import URLPattern, include, path

from lms.lrs import views


def resources(version: str) -> list[URLPattern]:
    return [
        path(f"{name}{slash}", view, {"version": version}, name=name if not slash else f"{name}-slash")
        for name, view in (("about", views.about), ("statements", views.statements))
        for slash in ("", "/")
    ]


urlpatterns = [
    path("1.0.3/", include((resources("1.0.3"), "xapi-1.0"))),
    path("", include((resources("2.0.0"), "xapi"))),
]
