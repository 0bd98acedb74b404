"""What the agent can drive: one package per kind of scheduler."""
