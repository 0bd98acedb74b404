"""The Transfers page, until there is something to transfer to. The GUI thread only."""
