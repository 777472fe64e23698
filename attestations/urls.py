"""The attestations' addresses; a host site includes them at its root."""

from django.urls import path

from attestations import views

app_name = "attestations"
urlpatterns = [
    path("learning/sign/<uuid:registration>/<int:activity>/", views.sign_view, name="sign"),
    path("learning/signed/<uuid:registration>/<int:activity>/", views.signed, name="signed"),
]
