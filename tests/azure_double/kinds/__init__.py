"""What is special about a type of resource: one small file each, found by type in `kinds.registry`."""
