"""Words of django-allauth's own forms that this house says otherwise: our catalogue goes before."""

from django.utils.translation import pgettext_lazy

from xietong.kit.refusals import N_

SAID_OTHERWISE = (
    pgettext_lazy("field label", "Login"),
    N_("Username or email"),
    N_("Authenticator code"),
    N_("Code"),
    N_("Use your password"),
    N_("Use authenticator app or code"),
    N_("Use a security key"),
    N_("Incorrect code."),
)
