"""Taking up an invitation. Anybody who holds a link that is still good may see the page."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lms.people.guarding import private
from lms.people.inviting import InvitationNotUsable, accept, find, username_for


class PasswordForm(forms.Form):
    """Two fields, no rule of its own: ``accept`` decides whether the password will do."""

    password = forms.CharField(
        label=_("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_("At least 10 characters. A sentence that only you would say is good."),
    )
    again = forms.CharField(
        label=_("The same password again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean(self) -> dict[str, str]:
        cleaned: dict[str, str] = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        return cleaned


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST acts: mail scanners that open every link must not use it up."""
    try:
        person = find(token).person
    except InvitationNotUsable:
        return private(render(request, "lms/invitation_gone.html", status=410))
    if request.user.is_authenticated:  # an invitation is for who has no account, so for somebody else
        status = 409 if request.method == "POST" else 200
        return private(render(request, "lms/invitation_signed_in.html", {"invited": person}, status=status))
    translation.activate(person.language)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = accept(token=token, password=form.cleaned_data["password"])
        except InvitationNotUsable:
            return private(render(request, "lms/invitation_gone.html", status=410))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            login(request, person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("/learning/")
    status = 422 if form.errors else 200
    context = {"form": form, "invited": person, "username": username_for(person)}
    return private(render(request, "lms/invitation.html", context, status=status))
