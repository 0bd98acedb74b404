"""The plan editor: cards of choices at the left, price and findings at the right. The GUI thread only."""
