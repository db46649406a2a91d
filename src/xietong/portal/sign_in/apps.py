"""Registers the templates of sign-in with Django, and listens to django-allauth."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SignInConfig(AppConfig):
    name = "xietong.portal.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        """Begin to listen."""
        from xietong.portal.sign_in import receivers

        receivers.listen()
        # Django tells only rooms with tables that they were migrated.
        post_migrate.connect(receivers.lay_cache_table, sender=apps.get_app_config("region"))
