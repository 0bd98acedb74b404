"""Signing in, choosing a subscription, confirming: one state that panel and command line show. On the loop's thread."""

from tiepoint.services.sign_in.service import SignInService
from tiepoint.services.sign_in.state import SignInSnapshot, SignInState, cloud_of

__all__ = ["SignInService", "SignInSnapshot", "SignInState", "cloud_of"]
