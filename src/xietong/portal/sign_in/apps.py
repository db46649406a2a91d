"""Registers the templates of sign-in with Django, and listens to django-allauth."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SignInConfig(AppConfig):
    name = "xietong.portal.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        """Begin to listen."""
        from xietong.portal.sign_in import receivers

        receivers.listen()
        post_migrate.connect(receivers.lay_cache_table, sender=self)
