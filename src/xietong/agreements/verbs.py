"""How the verbs of agreements are said in the audit."""

from xietong.kit.refusals import N_

VERBS = {
    "consent": N_("gave a verdict on the agreement"),
    "end_agreement": N_("ended the agreement"),
    "enter_into_force": N_("put the agreement into force"),
    "meet_condition": N_("met a condition of the agreement"),
    "open_agreement": N_("opened the agreement"),
}
