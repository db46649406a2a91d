"""The entry of a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from xietong.portal.lifeline import end_with_main_process

end_with_main_process()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xietong.portal.settings")
_django = get_wsgi_application()

from xietong.portal.bodies import Gate  # noqa: E402  (behind the settings, which it asks for)

application = Gate(_django)
