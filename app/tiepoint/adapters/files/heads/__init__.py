"""The heads of model files: what they are and how much they hold, without their geometry. Standard library only."""
