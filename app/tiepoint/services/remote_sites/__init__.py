"""Clusters as sites, the way to each, and its agent."""

from tiepoint.services.remote_sites.agents import AgentNeed, AgentStatus
from tiepoint.services.remote_sites.service import RemoteSites

__all__ = ["AgentNeed", "AgentStatus", "RemoteSites"]
