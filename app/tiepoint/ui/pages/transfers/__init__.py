"""The Transfers page: its cards, panels and dialogs. The GUI thread only."""
