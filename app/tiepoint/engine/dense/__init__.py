"""Depth maps and their fusion into a point cloud. Numerics only; knows arrays and files, no tasks."""
