"""Input and output behind the ports, one technology a folder. Imports ports, protocol and domain only."""
