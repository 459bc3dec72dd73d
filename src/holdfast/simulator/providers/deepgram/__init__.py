"""Deepgram: speech to text, live too, and text to speech."""
