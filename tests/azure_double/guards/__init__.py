"""What lives in machines: their metadata service, and guards that the double plays itself."""
