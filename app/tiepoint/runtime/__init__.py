"""The lowest layer: processes, folders, locks, stops and logs of this computer. Standard library and domain only."""
