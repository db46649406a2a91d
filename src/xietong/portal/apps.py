"""The portal: settings, addresses, home, search, and the `xietong` command."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "xietong.portal"
    label = "portal"
