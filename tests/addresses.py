"""Every address of ours, with what each kind of visitor gets there."""

from __future__ import annotations

# What a visitor gets: ok, sign-in (a redirect to it), home (sent back to the admin's first page, with a message), none
# (404, as if it did not exist), no (403 or 401).
OK, SIGN_IN, HOME, NONE, NO = "ok", "sign-in", "home", "none", "no"
ROLES = ("visitor", "other", "owner", "head", "hr", "author")
#                                 visitor  other    owner    head     hr       author
EXPECTED: dict[str, tuple[str, ...]] = {
    "healthz":                   (OK,      OK,      OK,      OK,      OK,      OK),
    "help/":                     (OK,      OK,      OK,      OK,      OK,      OK),
    "invitation/<token>/":       (OK,      OK,      OK,      OK,      OK,      OK),
    "link/<secret>/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "learning/":                 (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "learning/receipt/<registration>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "partner/":                  (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/help/":             (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/leave/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/link/<invited>/":   (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/register/<workshop>/":
                                 (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/undertaking/<undertaking>/":
                                 (OK,      OK,      OK,      OK,      OK,      OK),
    "partners/":                 (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "partners/roster.csv":       (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "partners/<agreement>/":     (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/file/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/declare/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/codes/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/links/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/links/<poster>/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "admin/compliance/partners/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/add/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/partners/<agreement>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/<agreement>/change/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/partners/<agreement>/people/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/<agreement>/people/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "reports/stop/<stop>/":      (OK,      OK,      OK,      OK,      OK,      OK),
    "team/":                     (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "learning/tool/<external>/start/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/tool/authorize/":  (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/keys.json":             (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/token":                 (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/lineitems/<line_item>/scores":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "learning/course/<page_id>/start/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/check/<session>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/check/<session>/<number>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/go/<assignment>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/why/<assignment>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/returned/<session>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "proof-file/<ticket>/":      (NONE,    NONE,    NONE,    NONE,    NONE,    NONE),  # answered at another host
    "learning/certificate/<code>.pdf":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/sign/<registration>/<activity>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/signed/<registration>/<activity>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "verify/":                   (OK,      OK,      OK,      OK,      OK,      OK),
    "verify/<code>":             (OK,      OK,      OK,      OK,      OK,      OK),
    "verify/<code>/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "onboarding/":               (SIGN_IN, NO,      OK,      NO,      NO,      NO),
    "xapi/fetch/<token>":        (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/about":                (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/about/":               (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/statements":           (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/statements/":          (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/about":          (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/1.0.3/about/":         (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/1.0.3/statements":     (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/statements/":    (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities":               (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/":              (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/state":         (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/state/":        (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/profile":       (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/profile/":      (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents":                   (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/":                  (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/profile":           (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/profile/":          (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities":         (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/":        (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/state":   (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/state/":  (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/profile":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/profile/":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents":             (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/":            (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/profile":     (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/profile/":    (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/clearance/<person>": (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/compliance":         (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/compliance/people":  (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/indicators":         (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/indicators/csv":     (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/bounces":            (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/":                   (NONE,    NONE,    NONE,    NONE,    NONE,    NONE),
    "api/v1/docs":               (OK,      OK,      OK,      OK,      OK,      OK),
    "api/v1/openapi.json":       (OK,      OK,      OK,      OK,      OK,      OK),
    "scim/v2/ServiceProviderConfig":(NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Schemas":           (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/ResourceTypes":     (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Users":             (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Groups":            (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/<path:rest>":       (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Schemas/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/ResourceTypes/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Users/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Groups/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "admin/compliance/":         (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/people/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/people/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/compare/": (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/deliveries/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/joiners/": (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/joiners/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/person/<number>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "learning/why/<assignment>/ask/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "admin/compliance/person/<number>/merge/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/how-long/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/corrections/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/waivers/": (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/waivers/results/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/waivers/<asked>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/why/<assignment>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/<pk>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/auditor-pack/":
                                 (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/log/":                (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/log/checkpoint/<size>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/looks/":   (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/looks/results/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/messages/":           (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/channels/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/channels/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/reminders/coming/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/results/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/addresses/":         (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/addresses/results/": (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/addresses/<number>/works/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/answers/":           (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/answers/<page_id>/":  (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "learning/session/<classroom>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "admin/sessions/":           (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/results/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/plan/":      (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/change/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/sheet/":
                                 (SIGN_IN, NO,      NO,      OK,      HOME,    HOME),
    "admin/sessions/<classroom>/print/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "learning/proof/new/<external>/<way>/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/proof/<proof>/":   (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "admin/lti_tools/":          (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/proofs/import/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/":             (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/results/":     (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/<proof>/":     (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/<proof>/<file>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/activities/":         (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/requirements/":       (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/headships/":          (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/office_access/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/organisations/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/reminder_ladders/":   (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/channel_addresses/":  (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/reminder_ladders/messages/<ladder>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/access_tokens/":      (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/credentials/":        (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/question_banks/":     (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/questions/":          (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/attestation_definitions/":
                                 (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/attestation_texts/":  (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
}  # fmt: skip
# Addresses that take POST only.
POSTED = ("/start/", "/leave/", "/codes/", "/ask/", "/works/", "/bounces", "/token", "/scores")
# Addresses of Wagtail, allauth and Django themselves; and of viewsets, whose other pages follow their list.
NOT_OURS = ("accounts/", "i18n/", "documents/", "media/", "_util/")
OURS_IN_ADMIN = (
    "admin/compliance/", "admin/messages/", "admin/reminders/", "admin/addresses/", "admin/answers/", "admin/sessions/",
    "admin/proofs/", "admin/log/",
)  # fmt: skip
