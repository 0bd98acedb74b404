"""A cluster on one machine, of real counterparts: namespaces, Debian's sshd, agent, nodes, Blob, identity."""
