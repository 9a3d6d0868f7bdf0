"""Adds the imported lists to the report of "weekward sources list --json".

A list is no source: what came of it is what "weekward sources import --json"
printed, kept beside it by the setup step of hostile-adapter.json.
"""
import glob, json, os, sys

report = json.load(sys.stdin)
for path in glob.glob("in/*.opml"):
    name, text = os.path.basename(path).removesuffix(".opml"), open(path + ".json").read()
    line = {"id": name, "ok": bool(text), "error": "" if text else "the list was refused", "items": 0}
    if text:
        line["items"] = len(json.loads(text)["added"])
    report["sources"].append(line)
print(json.dumps(report))
