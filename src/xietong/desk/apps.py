"""Registers the room with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "xietong.desk"
    label = "desk"
