"""The floor's addresses; a host site includes them at its root."""

from django.urls import path

from lms.people import views as people

app_name = "lms"
urlpatterns = [
    path("invitation/<str:token>/", people.invitation, name="invitation"),
]
