"""The wheel: whole, and at home in a Wagtail site that has an app called ``learning`` of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOST_SETTINGS = """
SECRET_KEY = "host"
USE_TZ = True
INSTALLED_APPS = [
    "lms", "courses", "attestations", "reminders", "django_rq", "ninja", "learning",
    "wagtail.sites", "wagtail.users", "wagtail.snippets", "wagtail.documents", "wagtail.images", "wagtail.search",
    "wagtail.admin", "wagtail", "modelcluster", "taggit", "treebeard", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware", "lms.people.middleware.PersonMiddleware",
    "lms.gate.middleware.GateMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages", "lms.context.organisation"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "host.sqlite3"}}
ROOT_URLCONF = "host_urls"
STATIC_URL = "/static/"
ALLOWED_HOSTS = ["testserver"]
WAGTAIL_SITE_NAME = "Host"
WAGTAILADMIN_BASE_URL = "http://testserver"
LMS_IRI_BASE = "https://host.example.org/xapi"
RQ_QUEUES = {"default": {"URL": "redis://localhost:1/0", "SERIALIZER": "rq.serializers.JSONSerializer"}}
LOGIN_URL = "account_login"
"""
HOST_URLS = """
from django.contrib.auth.views import LoginView
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls

urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="account_login"),
    path("accounts/logout/", LoginView.as_view(), name="account_logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", include(admin_urls)),
    path("", include("lms.urls")), path("", include("courses.urls")), path("", include("attestations.urls")),
    path("xapi/", include("lms.lrs.urls")),
    path("", include(wagtail_urls)),
]
"""
HOST_RUN = """
import django
django.setup()
import lms
assert "site-packages-of-host" in lms.__file__, lms.__file__
from django.core.management import call_command
call_command("check")
call_command("migrate", verbosity=0)
call_command("load_courses")
from django.test import Client
for address in ("/", "/sea/", "/help/", "/verify/", "/xapi/about"):
    answer = Client().get(address)
    assert answer.status_code == 200, (address, answer.status_code)
assert Client().get("/learning/").status_code == 302
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(source)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_everything_that_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [path for app in ("lms", "courses", "attestations", "reminders") for path in (ROOT / app).rglob("*")]
    wanted = [
        path for path in wanted if path.suffix in {".html", ".txt", ".css", ".js", ".svg", ".toml", ".typ", ".mo"}
    ]
    missing = [str(path.relative_to(ROOT)) for path in wanted if str(path.relative_to(ROOT)) not in names]
    assert not missing
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_it_runs_inside_a_host_site_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    packages = tmp_path / "site-packages-of-host"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (tmp_path / "host_settings.py").write_text(HOST_SETTINGS)
    (tmp_path / "host_urls.py").write_text(HOST_URLS)
    (tmp_path / "learning").mkdir()
    (tmp_path / "learning" / "__init__.py").touch()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "host_settings", "PYTHONPATH": f"{packages}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", HOST_RUN], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
