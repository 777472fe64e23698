"""The record store's mounts: to a request without a version header one answers 2.0.0, the other 1.0.3."""

from django.urls import URLPattern, include, path

from lms.lrs.views.documents import activity_profile, agent_profile, state
from lms.lrs.views.fetching import fetch_token
from lms.lrs.views.knowledge import about, activities, agents
from lms.lrs.views.statements import statements

RESOURCES = {
    "about": about,
    "statements": statements,
    "activities": activities,
    "activities/state": state,
    "activities/profile": activity_profile,
    "agents": agents,
    "agents/profile": agent_profile,
}


def resources(version: str) -> list[URLPattern]:
    return [
        path(f"{name}{slash}", view, {"mount": version}, name=f"{name}{slash}")
        for name, view in RESOURCES.items()
        for slash in ("", "/")
    ]


urlpatterns = [
    path("fetch/<str:token>", fetch_token, name="xapi-fetch"),
    path("1.0.3/", include((resources("1.0.3"), "xapi-1.0.3"))),
    path("", include((resources("2.0.0"), "xapi-2.0.0"))),
]
