"""Creating something with a secret in Wagtail's admin: the secret is made by us and shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.views.generic import CreateView


def show_once(request: HttpRequest, once: Any, shown: dict[str, str]) -> None:
    """Put secrets into the next page's message, where they are seen this once."""
    lines: list[SafeString] = [format_html("{}: <code>{}</code>", name, value) for name, value in shown.items()]
    messages.warning(request, format_html("{} {}", once, SafeString("; ".join(lines))))


class IssueView(CreateView):  # type: ignore[misc]
    """Subclasses answer ``issue(form)`` with the new object and what is to be shown this once."""

    def issue(self, form: Any) -> tuple[Any, dict[str, str]]:
        raise NotImplementedError

    def save_instance(self) -> Any:
        instance, shown = self.issue(self.form)
        show_once(self.request, self.once, shown)
        return instance
