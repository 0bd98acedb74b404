"""Parts that every page is made of. They hold no state of the program and know no service. The GUI thread only."""
