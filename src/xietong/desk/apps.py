"""Registers the room with Django, and its receivers with the region's tables."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "xietong.desk"
    label = "desk"

    def ready(self) -> None:
        """Listen to what the rooms below write."""
        from xietong.desk import receivers  # noqa: F401  (its receivers connect themselves)
