"""The template language of Resource Manager: expressions, functions, copy loops, conditions, order.

Knows nothing of the double's state but what it is handed; see `scope.Runtime`.
"""
