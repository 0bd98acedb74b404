"""Which Azure is meant: its sign-in, its management endpoint and what else differs between clouds.

Sources: azure-core AzureClouds, azure-identity AzureAuthorityHosts, azure.mgmt.core.tools.get_arm_endpoints.
Addresses of accounts and vaults are never put together from suffixes: resources say them. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tiepoint.domain.errors import UsageError

DEFAULT_CLIENT_ID: Final = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The Azure CLI's application, azure-identity's default; a studio sets its own."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure cloud.

    Args:
        name: `public`, `us-government`, `china`, or what a custom cloud is called.
        label: For people.
        authority: Sign-in, with https:// and without a slash at its end.
        management: Resource Manager's address, likewise.
        management_audience: Whose tokens Resource Manager takes; `/.default` is appended to ask for one.
        storage_audience: The same for Blob.
        vault_audience: The same for Key Vault.
        portal: Address of the portal; empty = none, then no links are shown.
        graph: Microsoft Graph's address; empty = identities of Azure's own services cannot be looked up.
        prices: Address of the Retail Prices API; empty = no prices can be had.
        ca_file: Certificates to believe instead of the system's; empty = the system's.
        blob_domains: Below which of them storage lies; a token for Blob goes nowhere else. Empty = anywhere by https.
        has_spot: Whether Spot machines exist.
        is_custom: Whether it is one of a person's own making: no instance discovery at sign-in.
    """

    name: str
    label: str
    authority: str
    management: str
    management_audience: str
    storage_audience: str = "https://storage.azure.com"
    vault_audience: str = "https://vault.azure.net"
    portal: str = ""
    graph: str = ""
    prices: str = ""
    ca_file: str = ""
    blob_domains: tuple[str, ...] = ()
    has_spot: bool = True
    is_custom: bool = False

    def may_have_token(self, endpoint: str) -> bool:
        """Whether a token for Blob may be sent there: it opens all storage of the person, so no stranger gets one."""
        parts = urlsplit(endpoint)
        host = (parts.hostname or "").lower()
        is_ours = not self.blob_domains or host.endswith(tuple(f".{domain}" for domain in self.blob_domains))
        return parts.scheme.lower() == "https" and bool(host) and is_ours

    @property
    def management_scope(self) -> str:
        """What to ask a token for."""
        return f"{self.management_audience}/.default"

    @property
    def storage_scope(self) -> str:
        """What to ask a token for."""
        return f"{self.storage_audience}/.default"

    @property
    def vault_scope(self) -> str:
        """What to ask a token for."""
        return f"{self.vault_audience}/.default"


PUBLIC: Final = Cloud(
    "public",
    "Azure",
    "https://login.microsoftonline.com",
    "https://management.azure.com",
    "https://management.azure.com",
    portal="https://portal.azure.com",
    graph="https://graph.microsoft.com",
    prices="https://prices.azure.com/api/retail/prices",
    blob_domains=("core.windows.net", "storage.azure.net"),
)
US_GOVERNMENT: Final = Cloud(
    "us-government",
    "Azure US Government",
    "https://login.microsoftonline.us",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net",
    vault_audience="https://vault.usgovcloudapi.net",
    portal="https://portal.azure.us",
    graph="https://graph.microsoft.us",
    prices="https://prices.azure.com/api/retail/prices",
    blob_domains=("core.usgovcloudapi.net",),
)
CHINA: Final = Cloud(
    "china",
    "Azure China",
    "https://login.chinacloudapi.cn",
    "https://management.chinacloudapi.cn",
    "https://management.core.chinacloudapi.cn",
    vault_audience="https://vault.azure.cn",
    portal="https://portal.azure.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    prices="https://prices.azure.cn/api/retail/pricesheet/download?api-version=2023-06-01-preview",
    blob_domains=("core.chinacloudapi.cn",),
    has_spot=False,
)
CLOUDS: Final = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}
CUSTOM: Final = "custom"

_NEEDED: Final = ("authority", "management")
_OPTIONAL: Final = (
    "label", "management_audience", "storage_audience", "vault_audience", "portal", "graph", "prices", "ca_file",
)  # fmt: skip


def custom_cloud(values: Mapping[str, Any]) -> Cloud:
    """Return a cloud described by its endpoints.

    Args:
        values: `authority` and `management`, both https; more of `Cloud`'s fields as wanted.

    Raises:
        UsageError: An endpoint is missing, unknown or not https.
    """
    unknown = sorted(set(values) - {*_NEEDED, *_OPTIONAL})
    if unknown:
        raise UsageError(
            f"A custom cloud has no {unknown[0]}.", remedy=f"It may have: {', '.join((*_NEEDED, *_OPTIONAL))}."
        )
    texts = {key: str(value).strip().rstrip("/") for key, value in values.items() if str(value).strip()}
    for key in _NEEDED:
        if not texts.get(key):
            raise UsageError(f"The custom cloud names no {key} endpoint.", remedy=f"Give {key} as https://…")
    for key in ("authority", "management", "portal", "graph", "prices"):
        if texts.get(key) and not texts[key].lower().startswith("https://"):
            raise UsageError(
                f"The custom cloud's {key} endpoint does not begin with https://.", remedy="Give it as https://…"
            )
    return Cloud(
        name=CUSTOM,
        label=texts.get("label", "Custom cloud"),
        authority=texts["authority"],
        management=texts["management"],
        management_audience=texts.get("management_audience", texts["management"]),
        storage_audience=texts.get("storage_audience", PUBLIC.storage_audience),
        vault_audience=texts.get("vault_audience", PUBLIC.vault_audience),
        portal=texts.get("portal", ""),
        graph=texts.get("graph", ""),
        prices=texts.get("prices", ""),
        ca_file=texts.get("ca_file", ""),
        is_custom=True,
    )
