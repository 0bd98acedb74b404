#!/usr/bin/env python3
"""Prints one secret of the cluster's vault, read with this machine's own identity; for a pipe, never for a screen.

Usage: secret.py NAME. Needs the standard library only (Python 3.8). Tells neither token nor secret in what it says.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

CONF = "/etc/tiepoint/cluster.conf"
IDENTITY = "http://169.254.169.254/metadata/identity/oauth2/token"


def main():
    """Print the secret without a line's end; exit 1 where it cannot be had."""
    if len(sys.argv) != 2 or sys.stdout.isatty():
        sys.exit("usage: secret.py NAME | program")
    vault = fact("vault_uri").rstrip("/")
    try:
        sys.stdout.write(secret(vault, sys.argv[1], token(audience(vault))))
    except (urllib.error.URLError, ValueError, KeyError) as error:
        reason = getattr(error, "reason", type(error).__name__)
        sys.exit(f"The secret {sys.argv[1]} cannot be read: {reason}")


def fact(name):
    """Return what this machine was told about its cluster."""
    with open(CONF, encoding="utf-8") as lines:
        return next(line.split("=", 1)[1].strip() for line in lines if line.startswith(name + "="))


def audience(vault):
    """Return whose tokens a vault takes: its cloud's, its own name left out."""
    return "https://" + urllib.parse.urlsplit(vault).netloc.split(".", 1)[1]


def token(resource):
    """Return a token of this machine's identity."""
    query = urllib.parse.urlencode({"api-version": "2018-02-01", "resource": resource})
    return answer(IDENTITY + "?" + query, {"Metadata": "true"})["access_token"]


def secret(vault, name, bearer):
    """Return a secret's value."""
    return answer(f"{vault}/secrets/{name}?api-version=7.4", {"Authorization": "Bearer " + bearer})["value"]


def answer(url, headers):
    """Return the JSON that an address answers."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as response:
        return json.load(response)


if __name__ == "__main__":
    main()
