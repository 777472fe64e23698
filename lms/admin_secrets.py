"""Creating something with a secret in Wagtail's admin: the secret is made by us and shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.views.generic import CreateView


class IssueView(CreateView):  # type: ignore[misc]
    """Subclasses answer ``issue(form)`` with the new object and what is to be shown this once."""

    def issue(self, form: Any) -> tuple[Any, dict[str, str]]:
        raise NotImplementedError

    def save_instance(self) -> Any:
        instance, shown = self.issue(self.form)
        lines: list[SafeString] = [format_html("{}: <code>{}</code>", name, value) for name, value in shown.items()]
        messages.warning(self.request, format_html("{} {}", self.once, SafeString("; ".join(lines))))
        return instance
