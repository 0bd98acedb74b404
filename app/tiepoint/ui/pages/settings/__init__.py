"""The Settings page: a row a setting, saved as it is changed. The GUI thread only."""
