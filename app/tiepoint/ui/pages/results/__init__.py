"""The Results page: the model in 3D, what is known of it, its photos, and measuring in it. The GUI thread only."""
