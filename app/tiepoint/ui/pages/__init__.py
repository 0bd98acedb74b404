"""The pages, one package each. A page builds its widgets, listens to its viewmodel, and calls services. GUI thread."""
