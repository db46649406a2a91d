"""Registers the room with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegionConfig(AppConfig):
    name = "xietong.region"
    label = "region"

    def ready(self) -> None:
        """Guard append-only tables after every migration: rebuilt ones lost their triggers."""
        from xietong.region.append_only import lay_what_is_missing

        post_migrate.connect(lay_what_is_missing, dispatch_uid="region.append_only")
