"""How somebody gets in and stays in safely: passwords, passkeys, codes, identity providers, mail.

The work is django-allauth's; here stands what this house wants otherwise, and what it audits.
"""
