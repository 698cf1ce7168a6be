"""`nerloop models`: what versions a project has, their scores, and which one is in use."""
