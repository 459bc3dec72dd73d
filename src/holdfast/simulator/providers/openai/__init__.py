"""OpenAI: chat completions (plain and streamed), embeddings, models."""
