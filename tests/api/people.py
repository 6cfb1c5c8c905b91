"""Who the tests call the API as: one person a role, with fixed ids."""

from uuid import UUID

from domain.enums import Role
from domain.viewer import Viewer

ADMIN = Viewer(UUID("0a7f1f5e-93c4-4d0e-8a44-5f4f6c6b9a01"), Role.Admin)
MANAGER = Viewer(UUID("1b8e2a6d-74d5-4e1f-9b55-607a7d7cab02"), Role.Manager)
STAFF = Viewer(UUID("2c9d3b7c-55e6-4f20-8c66-718b8e8dbc03"), Role.Staff)
CUSTOMER = Viewer(UUID("3dac4c8b-36f7-4031-9d77-829c9f9ecd04"), Role.Customer)
OTHER_CUSTOMER = Viewer(UUID("4ebb5d9a-1708-4142-8e88-93adb0afde05"), Role.Customer)
