//! An Ollama that says what a test tells it to say, in the words real versions used.
