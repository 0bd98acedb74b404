"""The Azure double: one https server that Azure's own clients take for Entra, Resource Manager, Key Vault and prices.

It keeps state, evaluates templates, knows roles and quotas, and fails when told to. For tests and for looking around;
it bills nobody. `double.AzureDouble` puts it together, `fixture` hands it to tests, `__main__` starts it by itself.
"""
