"""Downloads: what a container holds comes into a folder, whole and checked, and never lands outside it."""
