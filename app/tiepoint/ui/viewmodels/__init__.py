"""What the views show, coalesced to at most ten updates a second; no widgets. The GUI thread only."""
