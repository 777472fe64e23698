"""The floor's addresses; a host site includes them at its root."""

from django.urls import include, path

from lms.compliance import team
from lms.compliance.api import figures, indicators, people_of_figures
from lms.compliance.unsubscribing import stop_report
from lms.gate.api import Bearer, api
from lms.partners.views import bringing_in, declaring, keepers, visitors
from lms.people import link_views
from lms.people import views as people
from lms.requirements import views as requirements
from lms.requirements.assigning import owe_at_once
from lms.signposts import views as signposts
from lms.tokens.models import AccessToken

PURPOSES = AccessToken.Purpose
api.add_router("/compliance", figures, auth=Bearer(PURPOSES.COMPLIANCE, PURPOSES.PEOPLE))
api.add_router("/compliance/people", people_of_figures, auth=Bearer(PURPOSES.PEOPLE))
api.add_router("/indicators", indicators, auth=Bearer(PURPOSES.INDICATORS))

floor = [
    path("help/", signposts.help_page, name="help"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("link/<str:secret>/", link_views.link, name="link"),
    path("learning/", requirements.my_learning, name="learning"),
    path("learning/go/<int:assignment>/", requirements.go, name="go"),
    path("learning/why/<int:assignment>/", requirements.why, name="why"),
    path("learning/why/<int:assignment>/ask/", requirements.ask_for_arrangement, name="ask_for_arrangement"),
    path("learning/receipt/<uuid:registration>/", requirements.receipt_view, name="receipt"),
    path("partner/", visitors.partner, name="partner"),
    path("partner/help/", visitors.help_page, name="partner_help"),
    path("partner/leave/", visitors.leave, name="partner_leave"),
    path("partner/link/<str:invited>/", visitors.link, name="partner_link"),
    path("partner/register/<str:workshop>/", visitors.register_view, name="partner_register"),
    path("partners/", keepers.desk, name="partners"),
    path("partners/roster.csv", bringing_in.template, name="partner_template"),
    path("partners/<int:agreement>/", keepers.roster, name="partner_roster"),
    path("partners/<int:agreement>/file/", bringing_in.take_in, name="partner_take_in"),
    path("partners/<int:agreement>/declare/", declaring.declare_view, name="partner_declare"),
    path("partners/<int:agreement>/codes/", bringing_in.codes, name="partner_codes"),
    path("partners/<int:agreement>/links/", bringing_in.links, name="partner_links"),
    path("partners/<int:agreement>/links/<uuid:poster>/", bringing_in.poster, name="partner_poster"),
    path("reports/stop/<str:stop>/", stop_report, name="stop_report"),
    path("team/", team.my_team, name="team"),
]
urlpatterns = [
    path("", include((floor, "lms"))),
    path("api/v1/", api.urls),
    path("scim/v2/", include("lms.people.scim.urls"), {"assign": owe_at_once}),
]
