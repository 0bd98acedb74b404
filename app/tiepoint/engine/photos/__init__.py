"""Photos: reading what they say about themselves, decoding them, judging them, preparing them for the stages."""
