"""Deployments: a template becomes resources, one after the other as they depend on each other."""
