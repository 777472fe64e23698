"""The attestations' addresses; a host site includes them at its root."""

from django.urls import path

from attestations import views
from attestations.partners import views as partners

app_name = "attestations"
urlpatterns = [
    path("learning/sign/<uuid:registration>/<int:activity>/", views.sign_view, name="sign"),
    path("partner/undertaking/<str:undertaking>/", partners.undertaking_view, name="undertaking"),
    path("learning/signed/<uuid:registration>/<int:activity>/", views.signed, name="signed"),
]
