#!/usr/bin/env python3
"""Puts a certificate of this cluster into its files: key, certificate and authority, as one PEM text on standard input.

Usage: secret.py NAME | certificate.py. Needs the standard library only (Python 3.8). The key is readable for root and
the account that makes models; a text that is not whole changes nothing.
"""

import contextlib
import grp
import os
import re
import sys

FOLDER = "/etc/tiepoint/tls"
GROUP = "hpcgroup"
BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----\n.+?\n-----END \1-----\n?", re.DOTALL)


def main():
    """Write the files; exit 1 where the text is not what it should be."""
    blocks = [(found.group(1), found.group(0).rstrip("\n") + "\n") for found in BLOCK.finditer(sys.stdin.read())]
    kinds = [kind for kind, _ in blocks]
    if len(blocks) != 3 or not kinds[0].endswith("PRIVATE KEY") or kinds[1:] != ["CERTIFICATE", "CERTIFICATE"]:
        sys.exit("The certificate in the vault is not whole: it should be key, certificate, authority.")
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    for name, (_, text) in zip(("key", "certificate", "ca"), blocks):
        write(os.path.join(FOLDER, name + ".pem"), text)


def write(path, text):
    """Replace a file as a whole."""
    handle = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    # Not root, or no such account: whoever runs this reads it.
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(path + ".new", 0, grp.getgrnam(GROUP).gr_gid)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
