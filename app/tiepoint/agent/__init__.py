"""The agent: a daemon of the user, next to a scheduler, that owns jobs and speaks the scheduler protocol.

Standard library only outside `backends/`, so that it installs anywhere. Nothing above imports it: clients reach it
through its endpoint.
"""
