"""The Photos page: dropping, looking at, choosing and reconstructing photos."""
