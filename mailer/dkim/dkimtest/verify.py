"""Verify the DKIM signatures of mails with dkimpy (Debian: python3-dkim, python3-nacl).

Reads {"records": {name: value}, "mails": [base64, ...]} from standard input and
prints one line a mail: a JSON list with, for each signature, true, false or the
error in words.
"""

import base64
import json
import sys

import dkim
import nacl.signing  # noqa: F401  without it dkimpy cannot verify Ed25519

job = json.load(sys.stdin)
records = {name: value.encode() for name, value in job["records"].items()}


def lookup(name, timeout=5):
    if isinstance(name, bytes):
        name = name.decode()
    return records.get(name.rstrip("."))


for mail in job["mails"]:
    mail = base64.b64decode(mail)
    signatures = sum(name.lower() == b"dkim-signature" for name, _ in dkim.DKIM(mail).headers)
    found = []
    for i in range(signatures):
        try:
            found.append(dkim.DKIM(mail).verify(idx=i, dnsfunc=lookup))
        except Exception as e:  # what dkimpy raises is part of its answer
            found.append(f"{type(e).__name__}: {e}")
    print(json.dumps(found))
