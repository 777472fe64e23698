"""A rule's life in the admin: written, tried, approved by another, in force, undone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from wagtail.models import TaskState
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from courses.cron import publish_scheduled
from lms.people.groups import HR, ensure_groups
from lms.people.models import OfficeAccess, Person
from lms.requirements.applying import apply_waiting
from lms.requirements.approving import author_of, ensure_workflow
from lms.requirements.assigning import refresh
from lms.requirements.models import Activity, Assignment, Requirement, RuleToApply, RuleVersion
from lms.requirements.periods import add_months
from lms.requirements.standing import Standing
from lms.requirements.trying import dry_run
from reminders.laying import lay_standard_ladder
from tests.cast import Cast, make_person
from tests.lms.requirements.test_completing import satisfied

NEW = "/admin/requirements/add/"


def form(activity: Activity, *, who: list[Any] | None = None, months: str = "", **changes: Any) -> dict[str, Any]:
    accepted = {"activity": activity.pk, "counts_for": "", "valid_months": months, "runs_from": "completion",
                "until_day": ""}  # fmt: skip
    values = {"title": "Safety", "code": "safety", "why": "Because.", "audience": streamfield(who or []),
              "due_from": "issuance", "due_days": 30, "campaign_on": "", "applies_from": str(timezone.localdate()),
              "applies_until": "", "renewal_window_days": 60, "gate": "", "accepted": inline_formset([accepted]),
              **changes}  # fmt: skip
    return dict(nested_form_data(values))


class Desk:
    """Dora writes rules, Farid approves them: both of Human Resources."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
        hr = ensure_groups()[HR]
        ensure_workflow(hr)
        farid = make_person("P00007", cast.headquarters, user=True, name="Farid HR")
        self.writer, self.approver = self._enter(cast.dora, hr), self._enter(farid, hr)

    def _enter(self, person: Person, group: Any) -> Client:
        assert person.user is not None
        person.user.groups.add(group)
        OfficeAccess.objects.create(user=person.user, office=self.cast.headquarters)
        client = Client()
        client.cookies["django_language"] = "en"
        client.force_login(person.user)
        return client

    @property
    def rule(self) -> Requirement:
        return Requirement.objects.get()

    def write(self, *, submit: bool = True, **changes: Any) -> str:
        """Dora writes the rule, or a change of it, and asks for approval; what she is told."""
        values = form(self.activity, **changes) | ({"action-submit": "1"} if submit else {})
        address = NEW
        if Requirement.objects.exists():
            address = f"/admin/requirements/edit/{self.rule.pk}/"
            draft = self.rule.get_latest_revision_as_object()
            values |= {"accepted-INITIAL_FORMS": 1, "accepted-0-id": draft.accepted.get().pk}
        answer = self.writer.post(address, values, follow=True)
        assert not answer.context.get("form") or not answer.context["form"].errors, answer.context["form"].errors
        return answer.content.decode()

    def act(self, client: Client, action: str = "approve") -> int:
        state = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).last()
        assert state is not None
        address = f"/admin/requirements/workflow/action/{self.rule.pk}/{action}/{state.pk}/"
        return client.post(address, {"comment": ""}, follow=True).status_code

    def approve(self) -> None:
        self.act(self.approver)
        apply_waiting()


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_the_author_of_a_rule_is_told_whom_it_covers_and_that_nobody_is_reminded(desk: Desk) -> None:
    told = desk.write(submit=False)
    assert "It covers 6 people." in told
    assert "It is in no reminder ladder" in told
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=timezone.localdate())
    later = timezone.localdate() + timedelta(days=60)
    office = [("office", {"office": "APA", "opposite": ""})]
    told = desk.write(submit=False, who=office, applies_from=str(later))
    assert "It covers 1 person." in told
    assert "Nothing changes until a second person approves it." in told
    assert "It is in no reminder ladder" not in told


def test_a_draft_asks_nothing_of_anybody_until_a_second_person_approves_it(desk: Desk) -> None:
    desk.write()
    refresh(today=timezone.localdate())
    assert not Assignment.objects.exists()
    desk.act(desk.writer)
    assert not desk.rule.live, "whoever wrote it cannot approve it"
    desk.approve()
    assert desk.rule.live
    assert Assignment.objects.count() == 6
    version = desk.rule.versions.get()
    assert (version.number, version.drafted_by, version.approved_by) == (1, "P00004", "P00007")
    assert not RuleToApply.objects.exists()


def test_nobody_brings_a_rule_into_force_or_out_of_it_alone(desk: Desk, admin_client: Client) -> None:
    desk.write()
    desk.approve()
    assert b"action-publish" not in desk.writer.get(f"/admin/requirements/edit/{desk.rule.pk}/").content
    for days, client in ((7, desk.writer), (8, admin_client)):
        values = form(desk.activity, due_days=days) | {"action-publish": "1"}
        values |= {"accepted-INITIAL_FORMS": 1, "accepted-0-id": desk.rule.accepted.get().pk}
        client.post(f"/admin/requirements/edit/{desk.rule.pk}/", values)
        client.post(f"/admin/requirements/unpublish/{desk.rule.pk}/", {})
        client.post(f"/admin/requirements/delete/{desk.rule.pk}/", {})
        assert (desk.rule.due_days, desk.rule.live) == (30, True)


def test_an_approver_who_changes_the_draft_becomes_its_author(desk: Desk) -> None:
    desk.write()
    revision = desk.rule.get_latest_revision()
    draft = revision.as_object()
    draft.due_days = 5
    farid = Person.objects.get(number="P00007")
    draft.save_revision(user=farid.user)
    desk.act(desk.approver)
    assert not desk.rule.live


def test_when_a_rule_begins_and_ends_is_part_of_what_is_written(desk: Desk) -> None:
    """Or whoever sets an expiry on a colleague's rule could approve that alone."""
    desk.write()
    desk.approve()
    farid = Person.objects.get(number="P00007")
    for name in ("expire_at", "go_live_at"):
        draft = desk.rule.get_latest_revision_as_object()
        setattr(draft, name, timezone.now() + timedelta(days=2))
        revision = draft.save_revision(user=farid.user)
        assert author_of(revision) == farid.user.pk  # type: ignore[union-attr]
        with pytest.raises(PermissionDenied):
            revision.publish(user=farid.user)
    revision.publish(user=desk.cast.dora.user)
    assert desk.rule.expire_at is None, "it waits for its day"


def test_terms_that_cannot_be_kept_do_not_come_into_force(desk: Desk) -> None:
    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "lms_ruleversion"'):
            raise OperationalError("no space left on the disk")
        return execute(sql, *rest)

    desk.write()
    with connection.execute_wrapper(full), pytest.raises(OperationalError):
        desk.act(desk.approver)
    assert not desk.rule.live


def test_two_years_instead_of_one_applies_to_todays_holders_as_the_dry_run_said(desk: Desk) -> None:
    today = timezone.localdate()
    desk.write(months="12")
    desk.approve()
    done = Assignment.objects.get(person=desk.cast.bruno)
    Assignment.objects.filter(pk=done.pk).update(opened_on=today - timedelta(days=400))
    done_on = today - timedelta(days=340)
    satisfied(done, datetime.combine(done_on, time.min, tzinfo=UTC))
    refresh(today=today)
    assert desk.cast.assignment(desk.cast.bruno, "safety").standing_on(today) is Standing.EXPIRING
    desk.write(months="24", due_days=0)
    said = dry_run(desk.rule.get_latest_revision_as_object(), today=today + timedelta(days=1))
    assert said.totals()[2] == 5, "who has until yesterday becomes overdue tomorrow"
    assert desk.cast.assignment(desk.cast.bruno, "safety").cycle == 2, "and all of it was taken back"
    desk.approve()
    current = desk.cast.assignment(desk.cast.bruno, "safety")
    assert current.standing_on(today) is Standing.COMPLETE
    assert current.valid_until == add_months(done_on, 24) - timedelta(days=1)
    overdue = Assignment.objects.open().with_standing(today + timedelta(days=1)).filter(standing="overdue")
    assert overdue.count() == 5


def test_one_year_instead_of_two_ends_proof_sooner_and_its_renewal_with_it(desk: Desk) -> None:
    today = timezone.localdate()
    desk.write(months="24")
    desk.approve()
    done, done_on = Assignment.objects.get(person=desk.cast.bruno), today - timedelta(days=700)
    Assignment.objects.filter(pk=done.pk).update(opened_on=done_on)
    satisfied(done, datetime.combine(done_on, time.min, tzinfo=UTC))
    refresh(today=today)
    assert desk.cast.assignment(desk.cast.bruno, "safety").standing_on(today) is Standing.EXPIRING
    desk.write(months="12")
    desk.approve()
    renewal = desk.cast.assignment(desk.cast.bruno, "safety")
    assert (renewal.cycle, renewal.standing_on(today)) == (2, Standing.EXPIRED)
    assert renewal.due_on == renewal.carried_until == add_months(done_on, 12) - timedelta(days=1)


def test_a_rule_that_could_not_be_applied_is_told_and_taken_up_where_it_stopped(desk: Desk, client: Client) -> None:
    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('DELETE FROM "lms_ruletoapply"'):
            raise OperationalError("no space left on the disk")
        return execute(sql, *rest)

    desk.write()
    desk.act(desk.approver)
    with connection.execute_wrapper(full):
        assert apply_waiting() == 0
    assert client.get("/healthz").json()["checks"]["rules"] == {"ok": False, "waiting": 1, "failed": 1}
    opened = set(Assignment.objects.values_list("pk", flat=True))
    assert len(opened) == 6, "pieces that were done stay done"
    assert apply_waiting(timezone.now() + timedelta(minutes=2)) == 1
    assert client.get("/healthz").json()["checks"]["rules"] == {"ok": True, "waiting": 0, "failed": 0}
    assert set(Assignment.objects.values_list("pk", flat=True)) == opened


def test_a_rule_that_reaches_too_many_is_not_tried_beside_its_form(desk: Desk, settings: Any) -> None:
    desk.write()
    desk.approve()
    settings.LMS_DRY_RUN_PEOPLE = 3
    values = form(desk.activity, who=[("office", {"office": "APA", "opposite": ""})])
    values |= {"accepted-INITIAL_FORMS": 1, "accepted-0-id": desk.rule.accepted.get().pk}
    address = f"/admin/requirements/preview/{desk.rule.pk}/"
    desk.writer.post(address, values)
    assert "try_requirement safety" in desk.writer.get(f"{address}?mode=dry_run").content.decode()


def test_a_dry_run_says_who_gains_and_loses_by_office_and_how_many_messages_go(desk: Desk) -> None:
    desk.write()
    desk.approve()
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=timezone.localdate())
    desk.write(who=[("office", {"office": "WCA", "opposite": ""})])
    effects = dry_run(desk.rule.get_latest_revision_as_object(), today=timezone.localdate())
    assert {office.code: numbers[:2] for office, numbers in effects.by_office()} == {"HQ": [0, 2], "APA": [0, 1]}
    assert Assignment.objects.open().count() == 6
    out = StringIO()
    call_command("try_requirement", "safety", stdout=out)
    assert out.getvalue().splitlines()[-1].split("\t")[:3] == ["all", "0", "3"]


def test_a_change_that_is_undone_is_a_version_that_says_so(desk: Desk) -> None:
    desk.write()
    desk.approve()
    assert (first := desk.cast.assignment(desk.cast.eve, "safety"))
    desk.write(who=[("office", {"office": "WCA", "opposite": ""})])
    desk.approve()
    assert not Assignment.objects.open().filter(person=desk.cast.eve).exists()
    desk.write()
    desk.approve()
    assert list(RuleVersion.objects.values_list("number", "restores")) == [(3, 1), (2, None), (1, None)]
    again = desk.cast.assignment(desk.cast.eve, "safety")
    assert again.due_on == first.due_on


def test_an_approved_rule_comes_into_force_on_its_day(desk: Desk) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    desk.write(go_live_at=f"{tomorrow:%Y-%m-%d %H:%M}")
    desk.approve()
    assert not desk.rule.live
    from wagtail.models import Revision

    Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=timezone.now())
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    revision.content["go_live_at"] = timezone.now().isoformat()
    revision.save()
    publish_scheduled(timezone.now())
    apply_waiting()
    assert desk.rule.live
    assert desk.rule.versions.get().approved_by == "P00007"
    assert Assignment.objects.exists(), list(RuleToApply.objects.values())


@pytest.mark.parametrize(("mode", "said"), [("audience", "It covers 3 people."), ("dry_run", "Gain the obligation")])
def test_the_preview_follows_the_form(desk: Desk, mode: str, said: str) -> None:
    values = form(desk.activity, who=[("office", {"office": "WCA", "opposite": ""})])
    address = "/admin/requirements/preview/"
    assert json.loads(desk.writer.post(address, values).content)["is_valid"]
    page = desk.writer.get(f"{address}?mode={mode}").content.decode()
    assert said in page
    assert not Requirement.objects.exists()
    assert Client().get(f"{address}?mode={mode}").status_code == 302


def test_the_explanation_names_the_version(desk: Desk) -> None:
    from lms.requirements.explaining import explain

    desk.write()
    desk.approve()
    owed = Assignment.objects.explicable().get(person=desk.cast.bruno)
    assert explain(owed, today=timezone.localdate()).owed[0].startswith("The rule “Safety”, version 1 of ")
