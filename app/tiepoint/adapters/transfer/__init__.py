"""The client of the transfer worker, over any byte stream."""
