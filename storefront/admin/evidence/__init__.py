"""Evidence: batches, laboratories and their reports, site certificates. Badges are computed from it."""

from __future__ import annotations

from storefront.admin.evidence import certificates, laboratories, lots, reports
from storefront.admin.evidence.board import blueprint

__all__ = ["blueprint", "certificates", "laboratories", "lots", "reports"]
