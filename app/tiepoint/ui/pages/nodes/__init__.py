"""The Nodes page: who does the work, how busy they are, and when they were last heard of."""
