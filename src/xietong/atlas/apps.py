"""Registers the room with Django."""

from django.apps import AppConfig


class AtlasConfig(AppConfig):
    name = "xietong.atlas"
    label = "atlas"
