"""Registers the room with Django."""

from django.apps import AppConfig


class RegionConfig(AppConfig):
    name = "xietong.region"
    label = "region"
