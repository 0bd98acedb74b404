"""Updates: a signed manifest over https, and what was believed last."""
