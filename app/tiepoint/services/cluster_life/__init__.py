"""A cluster's whole life, one small file for each thing that is done to it; `services.clusters` is the front.

Must not import Azure's libraries or the front. On the loop's thread.
"""
