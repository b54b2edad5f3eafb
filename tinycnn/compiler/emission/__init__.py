"""Graph and memory plan -> `Program` -> C sources."""
