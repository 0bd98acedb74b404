"""The client of the scheduler protocol, over any byte stream."""
