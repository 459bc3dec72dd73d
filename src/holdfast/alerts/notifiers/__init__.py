"""Where alerts are told. A new one is one file here and a line in `app/alerting.py`."""
