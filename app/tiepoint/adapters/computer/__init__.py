"""This computer, looked at for `doctor`."""
