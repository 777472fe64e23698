"""Addresses of SCIM 2.0. Whoever includes them says with ``assign`` who sees to what people owe."""

from django.urls import path

from lms.people.scim import views

urlpatterns = [
    path("ServiceProviderConfig", views.config),
    path("Schemas", views.schemas),
    path("Schemas/<str:identity>", views.schemas),
    path("ResourceTypes", views.resource_types),
    path("ResourceTypes/<str:identity>", views.resource_types),
    path("Users", views.users),
    path("Users/<str:identity>", views.user),
    path("Groups", views.groups),
    path("Groups/<str:identity>", views.group),
    path("<path:rest>", views.elsewhere),
]
