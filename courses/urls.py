"""The courses' addresses beside their pages; a host site includes them at its root."""

from django.urls import path

from courses import views
from courses.players.classroom.course import classroom
from courses.players.cmi5.course import returned
from courses.players.external.course import new_proof, proof
from courses.players.external.handing_out import proof_file
from courses.players.native import check, course

app_name = "courses"
urlpatterns = [
    path("learning/course/<int:page_id>/start/", course.start, name="start"),
    path("learning/check/<uuid:session>/", check.check, name="check"),
    path("learning/check/<uuid:session>/<int:number>/", check.result, name="result"),
    path("learning/returned/<uuid:session>/", returned, name="returned"),
    path("learning/session/<uuid:classroom>/", classroom, name="classroom"),
    path("learning/proof/new/<int:external>/<slug:way>/", new_proof, name="new_proof"),
    path("learning/proof/<uuid:proof>/", proof, name="proof"),
    path("proof-file/<str:ticket>/", proof_file, name="proof_file"),
    path("learning/certificate/<slug:code>.pdf", views.certificate, name="certificate"),
    path("verify/", views.verify, name="verify_form"),
    path("verify/<slug:code>", views.verify, name="verify"),
    path("verify/<slug:code>/", views.verify),
]
