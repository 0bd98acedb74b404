"""An organisation's policy, from where each system keeps such things."""
