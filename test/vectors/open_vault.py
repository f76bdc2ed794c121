#!/usr/bin/python3
"""Opens an Ampoule vault with PyNaCl, written from store/README.md ("Format 1") alone.

usage: open_vault.py VAULT.db (--key-file FILE | --passphrase-file FILE) [--sealed-value BASE64]

Prints JSON: every version of every secret (base64; null: destroyed; an "error" where it does not open), whether the audit
chain fits, and the plaintext of a sealed value. Changes nothing.
"""

import argparse
import base64
import json
import sqlite3
import struct
import sys

try:
    import nacl.bindings as sodium
    import nacl.encoding
    import nacl.exceptions
    import nacl.hash
    import nacl.public
except ImportError:
    sys.exit("PyNaCl is missing: install it with `apt-get install python3-nacl`.")


def frame(*parts):
    out = b""
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        out += struct.pack(">I", len(data)) + data
    return out


def blake(message, key=b""):
    return nacl.hash.blake2b(message, digest_size=32, key=key, encoder=nacl.encoding.RawEncoder)


def open_box(key, nonce, ciphertext, about):
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, about, nonce, key)


class Vault:
    def __init__(self, path, key_file, passphrase_file):
        self.db = sqlite3.connect("file:%s?mode=ro&immutable=1" % path, uri=True)
        self.db.row_factory = sqlite3.Row
        if self.db.execute("PRAGMA application_id").fetchone()[0] != 0x416D706F:
            sys.exit("not a vault")
        row = self.db.execute("SELECT * FROM vault").fetchone()
        self.id, self.format, self.epoch = row["id"], row["format"], row["epoch"]
        if self.format != 1:
            sys.exit("format %d is not known" % self.format)
        self.root = self.open_root(key_file, passphrase_file)
        self.box = sodium.crypto_box_seed_keypair(self.derive("box"))
        if self.box[0] != row["publicKey"]:
            sys.exit("the public key was altered")
        self.data_keys = {
            key["id"]: open_box(
                self.derive("dataKey"), key["nonce"], key["ciphertext"],
                frame("ampoule.dataKey", self.format, self.id, key["id"]),
            )
            for key in self.db.execute("SELECT * FROM dataKey")
        }

    def open_root(self, key_file, passphrase_file):
        wrap = self.db.execute("SELECT * FROM wrap").fetchone()
        if wrap["kind"] == "keyFile":
            with open(key_file, "rb") as file:
                unlock = file.read()
        else:
            with open(passphrase_file, "rb") as file:
                passphrase = file.read()
            unlock = sodium.crypto_pwhash_alg(
                32, passphrase, wrap["salt"], wrap["opsLimit"], wrap["memLimit"], sodium.crypto_pwhash_ALG_ARGON2ID13
            )
        try:
            return open_box(
                unlock, wrap["nonce"], wrap["ciphertext"], frame("ampoule.wrap", self.format, self.id, wrap["kind"])
            )
        except nacl.exceptions.CryptoError:
            sys.exit("not the key of this vault")

    def derive(self, purpose):
        return blake(frame("ampoule.key", self.format, self.id, purpose), self.root)

    def value(self, row):
        about = frame(
            "ampoule.value", self.format, self.id, row["secret"], row["version"], row["keyId"], row["size"],
            row["createdAt"], row["createdBy"],
        )
        return open_box(self.data_keys[row["keyId"]], row["nonce"], row["ciphertext"], about)

    def secrets(self):
        found = []
        for secret in self.db.execute("SELECT * FROM secret ORDER BY name").fetchall():
            versions = []
            rows = self.db.execute("SELECT * FROM secretVersion WHERE secret = ? ORDER BY version", (secret["id"],))
            for row in rows:
                version = {"version": row["version"], "value": None}
                if row["destroyedAt"] is None:
                    try:
                        version["value"] = base64.b64encode(self.value(row)).decode()
                    except (nacl.exceptions.CryptoError, KeyError):
                        version["error"] = "does not open"
                versions.append(version)
            found.append({"id": secret["id"], "name": secret["name"], "versions": versions})
        return found

    def audit(self):
        key = self.derive("audit")
        before = blake(frame("ampoule.audit.genesis", self.format, self.id))
        entries = 0
        for row in self.db.execute("SELECT * FROM audit ORDER BY seq"):
            entries += 1
            expected = blake(frame(
                "ampoule.audit", self.format, before, entries, row["at"], row["caller"], row["token"] or "",
                row["action"], row["target"], row["outcome"], row["detail"],
            ))
            if row["seq"] != entries or row["hash"] != expected or row["mac"] != blake(frame(expected), key):
                return {"entries": entries, "ok": False}
            before = expected
        return {"entries": entries, "ok": True}

    def sealed_value(self, sealed):
        return nacl.public.SealedBox(nacl.public.PrivateKey(self.box[1])).decrypt(base64.b64decode(sealed))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("vault")
    arguments.add_argument("--key-file")
    arguments.add_argument("--passphrase-file")
    arguments.add_argument("--sealed-value")
    given = arguments.parse_args()
    vault = Vault(given.vault, given.key_file, given.passphrase_file)
    found = {"vault": vault.id, "epoch": vault.epoch, "secrets": vault.secrets(), "audit": vault.audit()}
    if given.sealed_value is not None:
        found["sealedValue"] = base64.b64encode(vault.sealed_value(given.sealed_value)).decode()
    json.dump(found, sys.stdout, indent=2, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
