"""Registers the room with Django."""

from django.apps import AppConfig


class AtlasConfig(AppConfig):
    name = "xietong.atlas"
    label = "atlas"

    def ready(self) -> None:
        """Listen to what other rooms tell."""
        from xietong.atlas import receivers  # noqa: F401  (its receivers connect themselves)
