"""A node of a cluster: keeps the worker processes of one machine, says how it is, and answers about its paths and logs.

Runs as a service there. Speaks to the agent over its scheduler's own link; opens no other port.
"""
