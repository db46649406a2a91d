"""Registers the room with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "xietong.kit"
    label = "kit"
