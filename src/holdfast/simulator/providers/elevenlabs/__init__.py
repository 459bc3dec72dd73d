"""ElevenLabs: text to speech (whole and streamed), voices, models, subscription."""
