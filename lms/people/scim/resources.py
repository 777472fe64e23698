"""What is spoken of: users and groups as this site keeps them, and what it can do (RFC 7643).

A person always has a number, a name, an office, a category, a language and a first day: those are required attributes.
Where a request leaves one out, what the person has already counts, or for a new person the site's default.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models import Reference as Ref

from lms.people.models import LANGUAGES, Category

MOST_RESULTS = 200
LANGUAGE_CODES = [code for code, _ in LANGUAGES]

# What Entra ID sends: attributes that nobody asked for, a remove with a value, a filter in a path that matches nothing yet.
TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def _as_manager(value: Any) -> Any:
    """Entra ID sends the bare id of a manager, or a list with one object."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value == "":
        return None
    return {"value": value} if isinstance(value, str) else value


class Name(ComplexAttribute):
    formatted: str | None = None
    """The full name, as it stands on certificates."""

    family_name: str | None = None
    """The family name."""

    given_name: str | None = None
    """The given name."""


class Email(ComplexAttribute):
    """Without ``primary``: which of the two counts is no choice of the provider's."""

    value: str | None = None
    """The address."""

    type: str | None = Field(None, examples=["work", "home"])
    """work: the organisation's address; home: the personal one, used until there is another."""


class Membership(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only] = None
    """Id of the group."""

    ref: Annotated[Ref["Group"] | None, Mutability.read_only] = Field(  # noqa: UP037  # not defined yet
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Address of the group."""

    display: Annotated[str | None, Mutability.read_only] = None
    """Code of the office."""


class User(Resource[Any]):
    """A person who may owe something; an account to sign in with is another thing."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """What the identity provider calls the person; for people of the HR feed their address, or else their number."""

    name: Name | None = None
    """The parts of the name."""

    display_name: Annotated[str | None, Required.true] = None
    """The full name, as it stands on certificates."""

    active: Annotated[bool | None, Required.true] = None
    """False: the person has left. Proof stays."""

    emails: list[Email] | None = None
    """The organisation's and the personal address."""

    preferred_language: Annotated[str | None, Required.true] = Field(None, examples=LANGUAGE_CODES)
    """The language of messages and courses."""

    timezone: str | None = None
    """IANA name; without it the office's counts."""

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The office."""


class Manager(ComplexAttribute):
    value: Annotated[str | None, Required.true, CaseExact.true] = None
    """Id of the manager; the employee number or the user name is understood too."""

    ref: Annotated[Ref["User"] | None, Required.false] = Field(  # noqa: UP037
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Address of the manager."""


class EnterpriseUser(Extension):
    """What the enterprise extension of RFC 7643 says and this site uses."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, Required.true, CaseExact.true, Uniqueness.server] = None
    """The person's number in the HR system: letters, digits, dot, hyphen, underscore; 32 at most."""

    organization: Annotated[str | None, CaseExact.true] = None
    """Code of the partner organisation; for partner personnel only."""

    department: Annotated[str | None, Required.true, CaseExact.true] = None
    """Code of the office."""

    manager: Annotated[Manager | None, BeforeValidator(_as_manager)] = None
    """The supervisor."""


class Employment(Extension):
    """What the rules of mandatory training ask about a contract."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:safeguard:2.0:User")

    category: Annotated[str | None, Required.true] = Field(None, examples=list(Category.values))
    """Kind of contract."""

    joined_on: Annotated[str | None, Required.true] = None
    """First day of work, as 2026-12-31; may lie ahead."""

    contract_ends_on: str | None = None
    """Last day of the contract, as 2026-12-31."""

    is_manager: Annotated[bool | None, Required.true] = None
    """Whether the person manages people."""

    language: Annotated[str | None, Required.true] = Field(None, examples=LANGUAGE_CODES)
    """The same as preferredLanguage; whichever of the two changes counts."""


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """Id of a user."""

    ref: Annotated[Ref["User"] | None, Mutability.immutable] = Field(  # noqa: UP037
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Address of the user."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """User."""

    display: str | None = None
    """Name of the user. What a provider says here changes nothing."""


class Group(Resource[Any]):
    """An office. Offices come from HR's feed; who belongs to one can be said here."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Mutability.read_only] = None
    """Code of the office."""

    members: list[Member] | None = None
    """Who belongs to the office itself, without the offices below it. A new member moves here."""


PERSON: Any = User[Annotated[EnterpriseUser, Required.true] | Annotated[Employment, Required.true]]  # type: ignore[misc]

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token for provisioning, issued in the admin under Learning, Access tokens.",
        )
    ],
)
SERVICE = ScimProvider(
    models=[User, EnterpriseUser, Employment, Group],
    resource_types=[ResourceType.from_resource(PERSON), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=TOLERANT,
)
