"""Structure from motion: from prepared photos to camera poses and tie points in the job's frame."""
