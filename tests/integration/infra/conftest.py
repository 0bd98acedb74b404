"""One Azurite for all tests of this folder, and a fresh Azure double for each."""

from __future__ import annotations

from azure_double.fixture import azure_blobs, azure_double, azure_double_without_blobs, azure_papers

__all__ = ["azure_blobs", "azure_double", "azure_double_without_blobs", "azure_papers"]
