"""All checks and all tests in parts, two side by side: `make test`."""
