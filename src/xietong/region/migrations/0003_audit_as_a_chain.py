"""The audit becomes a chain; entries written before it are its first links, in their order."""

import hashlib
import json
from datetime import UTC
from typing import Any

from django.db import migrations, models

from xietong.region.append_only import Guard


def chain_up(apps: Any, schema_editor: Any) -> None:
    """Make links of the plain entries. Whoever wrote then sat at the machine."""
    plain = apps.get_model("region", "PlainAuditEntry")
    linked = apps.get_model("region", "AuditEntry")
    previous, last = "0" * 64, None
    for number, row in enumerate(plain.objects.order_by("id").iterator(), start=1):
        behind = 0 if last is None or row.at >= last else (last - row.at) // row.at.resolution
        body = json.dumps(
            {
                "form": "xietong-audit-1",
                "number": number,
                "previous": previous,
                "at": row.at.astimezone(UTC)
                .isoformat(timespec="microseconds")
                .replace("+00:00", "Z"),
                "behind_us": behind,
                "actor": {"key": row.actor, "kind": "local", "name": row.actor},
                "verb": row.verb,
                "subject": row.subject,
                "member": "",
                "reason": row.reason,
                "before": row.before,
                "after": row.after,
                "details": {**row.details, "chained_later": True},
            },
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        previous, last = hashlib.sha256(body.encode()).hexdigest(), row.at
        linked.objects.create(
            number=number,
            at=row.at,
            actor_key=row.actor,
            actor_name=row.actor,
            verb=row.verb,
            subject=row.subject,
            member="",
            body=body,
            hash=previous,
        )


def unchain(apps: Any, schema_editor: Any) -> None:
    """Lay the links down as plain entries."""
    plain = apps.get_model("region", "PlainAuditEntry")
    for row in apps.get_model("region", "AuditEntry").objects.order_by("number").iterator():
        told = json.loads(row.body)
        kept = {"reason", "before", "after", "details"}
        plain.objects.create(
            actor=row.actor_name[:100],
            verb=row.verb,
            subject=row.subject,
            **{name: value for name, value in told.items() if name in kept},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("region", "0002_organisations_and_mandates"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="auditentry", name="audit_by_subject"),
        migrations.RenameModel("AuditEntry", "PlainAuditEntry"),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "number",
                    models.BigAutoField(
                        help_text="from 1 on, without gaps", primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_key", models.CharField(max_length=60)),
                ("actor_name", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=200)),
                (
                    "member",
                    models.CharField(blank=True, help_text="whose record it is", max_length=40),
                ),
                ("body", models.TextField(help_text="the entry as canonical JSON")),
                (
                    "hash",
                    models.CharField(help_text="SHA-256 of the body", max_length=64, unique=True),
                ),
            ],
            options={
                "ordering": ["number"],
                "indexes": [
                    models.Index(fields=["subject", "number"], name="audit_of_subject"),
                    models.Index(fields=["actor_key", "number"], name="audit_of_actor"),
                    models.Index(fields=["member", "number"], name="audit_of_member"),
                    models.Index(fields=["at"], name="audit_of_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NodeKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=32, unique=True)),
                (
                    "public_key",
                    models.CharField(help_text="Ed25519, in hex", max_length=64, unique=True),
                ),
                ("noted_at", models.DateTimeField()),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.RunPython(chain_up, unchain),
        migrations.DeleteModel("PlainAuditEntry"),
        Guard("auditentry"),
        Guard("nodekey"),
    ]
