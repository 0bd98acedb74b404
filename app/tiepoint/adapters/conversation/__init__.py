"""Speaking with a daemon of ours over a byte stream, whichever daemon it is."""
