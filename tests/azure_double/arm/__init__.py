"""Resource Manager: who may do what, generic resources, and the addresses that are special."""
