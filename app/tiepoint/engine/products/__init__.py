"""The products a job is for, one module per file written: models, cloud, cameras, result, report.

Must not plan tasks or know the pipeline; the stages `export` and `report` call these functions. Any thread.
"""
