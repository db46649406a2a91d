"""Agreements (会签): what parties consent to, named by its content, and when it is in force."""
