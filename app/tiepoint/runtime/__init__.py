"""The lowest layer: processes, folders, locks and logs of this computer. Standard library only; no domain knowledge."""
