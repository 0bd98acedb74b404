"""The preflight: checks as heavy as they are grave, what would fit, what would be made. The GUI thread only."""
