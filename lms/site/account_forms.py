"""The forms that send mail to an address: they find accounts by the address that HR's feed has."""

from __future__ import annotations

from allauth.account import forms

from lms.people.addresses import accounts_at


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = accounts_at(email)
        return email


class RequestLoginCodeForm(forms.RequestLoginCodeForm):  # type: ignore[misc]
    """A mailbox that two people share gets no code: it would sign one of them in as the other."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        found = accounts_at(email)
        self._user = found[0] if len(found) == 1 else None
        return email
