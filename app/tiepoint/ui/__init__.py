"""The panel: everything that needs Qt, and nothing else. It shows what the services know and calls what they can do.

Must not import adapters, the engine or the agent. The GUI thread only.
"""
