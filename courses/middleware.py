"""Keeps the origin from which files of proofs are saved empty of everything else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import Resolver404, resolve

from courses.players.external.handing_out import host_of_files

ANSWERED = "courses:proof_file"


class FileOriginMiddleware:
    """First of all: nobody can sign in at that host, and no page of the site can be looked at there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = host_of_files()
        if host and request.get_host().lower() == host and not _is_file(request.path_info):
            return HttpResponseNotFound("", content_type="text/plain")
        return self.get_response(request)


def _is_file(path: str) -> bool:
    try:
        return resolve(path).view_name == ANSWERED
    except Resolver404:
        return False
