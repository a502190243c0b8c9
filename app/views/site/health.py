"""How the site is doing, for administrators."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.db import now
from app.queries import site_health
from app.services.operation import health
from app.services.operation.jobs import control
from app.views.http.access import config, db, needs_administrator, needs_sign_in

blueprint = Blueprint("health", __name__)


@blueprint.get("/admin/health")
@needs_sign_in
@needs_administrator
def show() -> str:
    """Sizes, jobs and the last backup."""
    moment = now()
    settings = config().backups
    return render_template(
        "pages/health.html",
        site=site_health.count_site(db()),
        backup=site_health.find_last_backup(db()),
        backups=settings if settings is not None and settings.keep else None,
        disk=health.measure_disk(config().data_dir),
        jobs=list(control.list_jobs(db(), moment)),
    )
