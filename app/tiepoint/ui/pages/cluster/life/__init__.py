"""The life of one cluster: an operation under way, the running cluster with its meter, and what it is at rest."""
