"""How Resource Manager says that a template is wrong."""

from __future__ import annotations

from azure_double.exchange import AzureError


def invalid(message: str) -> AzureError:
    """A template that cannot be deployed."""
    return AzureError(400, "InvalidTemplate", f"Deployment template validation failed: '{message}'.")


def language(message: str) -> AzureError:
    """An expression that cannot be evaluated."""
    return AzureError(400, "InvalidTemplate", f"Unable to process template language expressions: '{message}'")
