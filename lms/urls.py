"""The floor's addresses; a host site includes them at its root."""

from django.urls import path

from lms.people import views as people
from lms.requirements import views as requirements
from lms.signposts import views as signposts

app_name = "lms"
urlpatterns = [
    path("help/", signposts.help_page, name="help"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("learning/", requirements.my_learning, name="learning"),
    path("learning/receipt/<uuid:registration>/", requirements.receipt_view, name="receipt"),
]
