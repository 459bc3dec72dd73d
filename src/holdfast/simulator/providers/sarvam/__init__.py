"""Sarvam: translation, text to speech and speech to text, over sockets too."""
