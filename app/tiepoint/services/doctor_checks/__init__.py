"""Further looks of the doctor's: graphics, and what lies between this program and others. On the loop's thread."""
