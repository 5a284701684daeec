"""Asks `assay serve rewards`; the file of each trainer beside this one calls it. Standard library only.

$ASSAY_REWARD_URL says where the server is (else http://127.0.0.1:8440), $ASSAY_REWARDS which rewards are added up, such as
"weightedSum,format" (else those that the server was started with), $ASSAY_REWARD_VARIANT "faithful" or "fixed", and
$ASSAY_REWARD_TOKEN holds the token of a server that wants one.
"""

import json
import os
import urllib.error
import urllib.parse
import urllib.request


def score(completions, solutions, tokens=None, columns=None, rewards=None, variant=None, url=None, timeout=180):
    """Totals of a batch, and the marks of its parts by name. Raises where the server does not answer or a row cannot be judged."""
    url = (url or os.environ.get("ASSAY_REWARD_URL") or "http://127.0.0.1:8440").rstrip("/")
    chosen = {"rewards": rewards or os.environ.get("ASSAY_REWARDS"), "variant": variant or os.environ.get("ASSAY_REWARD_VARIANT")}
    query = urllib.parse.urlencode({key: value for key, value in chosen.items() if value})
    body = {"completions": completions, "solutions": solutions, "columns": columns or {}}
    if tokens is not None:
        body["tokens"] = tokens
    headers = {"content-type": "application/json"}
    if os.environ.get("ASSAY_REWARD_TOKEN"):
        headers["authorization"] = "Bearer " + os.environ["ASSAY_REWARD_TOKEN"]
    request = urllib.request.Request(f"{url}/score?{query}", data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            judged = json.load(response)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{url} refused to judge: {error.read().decode(errors='replace')}") from error
    except urllib.error.URLError as error:
        raise RuntimeError(f"{url} cannot be reached ({error.reason}); start it by `assay serve rewards`") from error
    for error in judged["errors"]:
        raise RuntimeError(f"row {error['row']} could not be judged by {error['part']}: {error['message']}")
    return judged["totals"], judged["parts"]


def json_columns(columns, count):
    """Those lists of a trainer's columns that have one entry a row, and that JSON can hold."""
    return {name: values for name, values in columns.items() if isinstance(values, list) and len(values) == count and _is_json(values)}


def _is_json(value):
    try:
        json.dumps(value)
        return True
    except (TypeError, ValueError):
        return False
