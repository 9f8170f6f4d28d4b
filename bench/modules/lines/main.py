"""What python-shell talks to: one line of JSON in, one out. Bytes travel as base64, since its messages are text."""

import base64
import json
import sys

for line in sys.stdin:
    value = json.loads(line)
    if isinstance(value, str):
        value = base64.b64encode(base64.b64decode(value)).decode()
    print(json.dumps(value), flush=True)
