"""The roles as they are typed."""

from __future__ import annotations

from enum import StrEnum


class RoleName(StrEnum):
    """A role on the command line."""

    Customer = "Customer"
    Staff = "Staff"
    Manager = "Manager"
    Admin = "Admin"
