"""Models in other formats: copying what is there, converting what is not."""
