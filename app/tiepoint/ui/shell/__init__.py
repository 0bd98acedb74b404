"""The window around the pages: rail, strip, dock, toasts, dialogs, and the one funnel for errors. GUI thread only."""
