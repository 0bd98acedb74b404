"""What the command line shows: for people (rich, or plain lines without a terminal) and for programs (JSON lines).

Products of a command go to stdout, everything about its way there to stderr. Calls services, never adapters.
"""
