"""A small picture of the job while it runs: a thinned cloud and the cameras, in the frame of the products.

Costs next to nothing and never fails a job: whatever goes wrong here is noted in the log and left out.
"""
