"""Names that members have published themselves."""

from __future__ import annotations

from django.db import models


class PublishedName(models.Model):
    """A firm or platform that a member itself has published (龙头企业、平台); no register's row."""

    class Kind(models.TextChoices):
        LEADING_FIRM = "leading_firm"
        PLATFORM = "platform"

    member = models.ForeignKey("region.Member", on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=Kind)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    industry_key = models.CharField(max_length=80)
    source = models.CharField(max_length=500)
    published_on = models.DateField()

    class Meta:
        ordering = ["member", "name_zh"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "name_zh", "industry_key"], name="name_published_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh
