"""Writes the kind of each chat source into weekward.toml, as an editor would.

The test names a chat without its network. "weekward sources check" tells the
network of a saved page; what it cannot tell, or is not there, stays as it is.
"""
import json, os, re, subprocess

weekward = os.environ.get("HOSTILE_WEEKWARD", "weekward")


def kind(line):
    if not os.path.exists(line[2]):
        return line[0]
    told = subprocess.run([weekward, "sources", "check", line[2], "--json"], capture_output=True, text=True)
    found = json.loads(told.stdout)["kind"] if told.returncode == 0 else line[1]
    return 'kind = "%s"' % (found if found in ("mastodon", "bluesky") else line[1])


config = open("weekward.toml").read()
config = re.sub(r'kind = "(\w+)" # or what (.*) is$', kind, config, flags=re.M)
open("weekward.toml", "w").write(config)
