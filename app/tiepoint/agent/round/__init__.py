"""What the agent does around the engine's stages for a capture in Blob storage: photos from there, products to there.

Standard library only. Must not know the engine, nor anything about a person's rights: the machine's own are used.
"""
