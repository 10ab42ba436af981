"""Tables, pictures and measurements of tuned models."""
