"""The way from this computer to servers of the web, for adapters and the transfer worker. It dials nowhere."""
