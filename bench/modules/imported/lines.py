"""What one writes by hand to call the function once: a line of JSON in, a line of JSON out."""

import json
import sys

from main import echo

for line in sys.stdin:
    print(json.dumps(echo(json.loads(line))), flush=True)
