"""The portal: settings, addresses, home, search, and the `xietong` command."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "xietong.portal"
    label = "portal"

    def ready(self) -> None:
        """Tell the lower rooms where references lead."""
        from xietong.portal import leads  # noqa: F401  (imported for what it declares)
