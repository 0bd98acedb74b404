"""Clusters reached by SSH, and by Bastion's tunnel; the only place that knows asyncssh and websockets."""
