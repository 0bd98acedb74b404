"""Microsoft Graph: the identity that one of Azure's own services has in the person's tenant.

Source: Graph v1.0, List servicePrincipals. Blocking; any thread but the loop's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiepoint.adapters.azure.clients import AzureClients


def object_id(clients: AzureClients, application: str) -> str:
    """Return the object id, empty where the tenant has no such service or the cloud no Graph.

    Args:
        clients: Whose sign-in, and which cloud.
        application: Id of the application.

    Raises:
        HttpResponseError: Graph refused.
    """
    from azure.core import PipelineClient
    from azure.core.pipeline.policies import BearerTokenCredentialPolicy
    from azure.core.rest import HttpRequest

    identity = clients.identity
    if not identity.cloud.graph:
        return ""
    rights = BearerTokenCredentialPolicy(identity.credential, f"{identity.cloud.graph}/.default")
    asked = {"$filter": f"appId eq '{application}'", "$select": "id"}
    with PipelineClient(identity.cloud.graph, per_retry_policies=[rights], **clients.common) as client:
        answer = client.send_request(HttpRequest("GET", f"{identity.cloud.graph}/v1.0/servicePrincipals", params=asked))
        answer.raise_for_status()
        found = answer.json().get("value") or []
    return str(found[0].get("id", "")) if found else ""
