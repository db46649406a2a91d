"""Xietong (协同): software with which several governments integrate their region."""
