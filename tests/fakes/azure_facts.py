"""What Azure offers in the panel's tests: three sizes in two regions, and a quota too small for five nodes."""

from __future__ import annotations

from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ports.azure import Region, SizeOffer


class FakeFacts:
    """What a region offers: all of it, with a quota too small for five nodes."""

    async def regions(self) -> tuple[Region, ...]:
        return (Region("eastus", "East US", 3), Region("swedencentral", "Sweden Central", 3))

    async def sizes(self, region: str) -> tuple[SizeOffer, ...]:
        return (
            SizeOffer("Standard_NV36ads_A10_v5", "standardNVADSA10v5Family", 36, 440, 1, "A10"),
            SizeOffer("Standard_NV12ads_A10_v5", "standardNVADSA10v5Family", 12, 110, 1 / 3, "A10"),
            SizeOffer("Standard_D8s_v5", "standardDSv5Family", 8, 32),
            SizeOffer("Standard_D2s_v5", "standardDSv5Family", 2, 8),
        )

    async def quotas(self, region: str) -> tuple[QuotaFigures, ...]:
        return (
            QuotaFigures("standardNVADSA10v5Family", "NVads A10 v5", 0, 36, 108),
            QuotaFigures("standardDSv5Family", "Dsv5", 0, 0, 100),
        )


class FakeRoles:
    """What `SignInService.azure` gives, as far as plans ask for it."""

    facts = FakeFacts()
