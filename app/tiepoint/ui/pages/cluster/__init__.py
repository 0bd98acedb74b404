"""The Cluster page: this computer as a cluster, its load, its agent, and what the doctor finds. The GUI thread only."""
