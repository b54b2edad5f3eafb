"""A `.tflite` file -> `Graph`, from bytes that nobody vouches for."""
