"""An auditor of Undersign's petition logs that shares no code with Undersign: written from specs/ alone.

    python audit.py COPY [PETITION_ID]

COPY is a folder with `total` and `log/`. Prints what it counted, or entry and name of the check that failed; then it exits with 5."""

import json
import sys
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA384

SPKI = bytes.fromhex(  # issuance.md, 1: what stands before the modulus
    "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202"
    "a2030201300382010f003082010a0282010100"
)
SIZES = {b"\1": 354, b"\2": 64, b"\3": 72, b"\4": 72}  # public_log.md, 1
CONTENTS = {  # petition.md, 9: members beside `kind`
    "update": [],
    "close": ["closes_at"],
    "take_down": [],
    "correction": ["replaced_by"],
    "delivery": ["tree_size"],
    "answer": [],
    "earlier_total": ["count", "counted_on", "source"],
}
PSS = padding.PSS(padding.MGF1(SHA384()), 48)


class Failure(Exception):
    pass


def check(holds, entry, name):
    if not holds:
        raise Failure(entry, name)


def text(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(encoded):
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def signed(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(raw(key)).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def canonical(data, entry, name):
    """An object that equals its own canonical form (RFC 8785); `int` refuses numbers that are no integers."""
    try:
        value = json.loads(data.decode(), parse_float=int, parse_constant=int)
        same = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == data
    except ValueError:
        same = False
    check(same and type(value) is dict and len(data) <= 60_000, entry, name)
    return value


def entries(copy, size):
    """Every entry, bundle after bundle (public_log.md, 3)."""
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        digits = str(index).rjust((len(str(index)) + 2) // 3 * 3, "0")
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        bundle = (copy / "log/tile/entries" / (name if width == 256 else f"{name}.p/{width}")).read_bytes()
        place = 0
        for number in range(width):
            end = place + 2 + int.from_bytes(bundle[place : place + 2], "big")
            check(place + 2 <= len(bundle) and end <= len(bundle), index * 256, "bundle")
            yield bundle[place + 2 : end]
            place = end
        check(place == len(bundle), index * 256, "bundle")


class Tree:
    """Root hash of RFC 6962 while leaves are appended: the roots of complete subtrees, the largest first."""

    def __init__(self):
        self.parts = []

    def append(self, leaf):
        self.parts.append((1, leaf))
        while len(self.parts) > 1 and self.parts[-1][0] == self.parts[-2][0]:
            (size, right), (_, left) = self.parts.pop(), self.parts.pop()
            self.parts.append((2 * size, sha256(b"\1" + left + right).digest()))

    def root(self):
        root = self.parts[-1][1]
        for _, left in self.parts[-2::-1]:
            root = sha256(b"\1" + left + root).digest()
        return root


def is_recovery(key, organiser):
    try:
        return text(sha256(raw(key)).digest()) == organiser["recovery_key_hash"]
    except (TypeError, ValueError):
        return False


def petition(entry, asked):
    """Entry 0: manifest, id, RSA key, and what every token must name. Of the rules, those that bind votes are checked."""
    check(entry[:1] == b"\0" and len(entry) > 65, 0, "first-entry")
    manifest, signature = canonical(entry[1:-64], 0, "manifest"), entry[-64:]
    identity = sha256(entry[1:-64]).digest()
    check(signed(manifest["organiser"]["public_key"], b"undersign manifest v1\n" + identity, signature), 0, "manifest")
    check(asked in (None, text(identity)), 0, "petition-id")
    spki = raw(manifest["issuer"]["token_key"])
    modulus = int.from_bytes(spki[81:337], "big")
    right = len(spki) == 342 and spki[:81] == SPKI and spki[337:] == bytes.fromhex("0203010001")
    check(right and modulus.bit_length() == 2048 and modulus % 2 == 1, 0, "manifest")
    name, origin = manifest["issuer"]["name"].encode(), manifest["origin"]["host"].encode()
    sized = lambda field: len(field).to_bytes(2, "big") + field
    challenge = b"\0\2" + sized(name) + b"\x20" + identity + sized(origin)
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    return manifest, identity, key, sha256(challenge).digest() + sha256(spki).digest()


def head(note, manifest, identity):
    """Opens a checkpoint (public_log.md, 2): its size and root."""
    origin = f"{manifest['origin']['host']}/v1/petitions/{text(identity)}/log"
    body, _, lines = note.partition("\n\n")
    name, size, root = body.split("\n")
    key = manifest["log"]["public_key"]
    key_id = sha256(origin.encode() + b"\n\1" + raw(key)).digest()[:4]
    found = [b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.split(" ")[1] == origin]
    valid = any(line[:4] == key_id and signed(key, (body + "\n").encode(), line[4:]) for line in found)
    check(valid and name == origin, None, "checkpoint")
    return int(size), b64decode(root)


def audit(copy, asked):
    note = (copy / "log/checkpoint").read_text()
    size = int(note.split("\n")[1])
    log = entries(copy, size)
    first = next(log)
    manifest, identity, key, binding = petition(first, asked)
    check(head(note, manifest, identity) == (size, b64decode(note.split("\n")[2])), None, "checkpoint")
    tree, place, last = Tree(), "outside", b""
    nonces, withdrawn, issued, closed, earlier = set(), {}, 0, False, None
    tree.append(sha256(b"\0" + first).digest())
    for index, entry in enumerate(log, 1):
        leaf, kind, body = sha256(b"\0" + entry).digest(), entry[:1], entry[1:]
        tree.append(leaf)
        check(kind in b"\0\1\2\3\4\5" and kind, index, "entry")
        check(len(body) == SIZES.get(kind, len(body)) and len(body) >= 64, index, "entry")
        check(kind != b"\0", index, "second-manifest")
        if kind == b"\1":
            check(body[:2] == b"\0\2", index, "entry")
            check(body[66:98] == binding[32:], index, "key-id")
            check(body[34:66] == binding[:32], index, "challenge")
            check(body[2:34] not in nonces, index, "nonce-twice")
            nonces.add(body[2:34])
            try:
                key.verify(body[98:], body[:98], PSS, SHA384())
            except InvalidSignature:
                raise Failure(index, "signature") from None
        elif kind == b"\2":
            check(sha256(b"undersign withdrawal v1" + body[32:]).digest() == body[:32], index, "withdrawal-key")
            check(body[:32] not in withdrawn, index, "withdrawn-twice")
            withdrawn[body[:32]] = index
        elif kind in b"\3\4":
            word, name = ("issued", "statement-signature") if kind == b"\3" else ("close", "close-signature")
            count = int.from_bytes(body[:8], "big")
            message = f"undersign {word} v1\n{text(identity)}\n{count}\n".encode()
            check(signed(manifest["issuer"]["statement_key"], message, body[8:]), index, name)
            check(count >= issued, index, "issued-fell")
            issued = count
        else:
            notice = canonical(body[:-64], index, "notice")
            recovered = "recovery_key" in notice
            members = ["content", "petition_id", "published_at", *["recovery_key"] * recovered, "signer", "texts", "version"]
            check(list(notice) == members and notice["version"] == 1 + recovered, index, "notice")
            content = notice["content"] if type(notice["content"]) is dict else {}
            does = str(content.get("kind"))
            check(does in CONTENTS and set(content) == {"kind", *CONTENTS[does]}, index, "notice")
            check(notice["petition_id"] == text(identity), index, "notice-petition")
            signer = {"organiser": manifest["organiser"], "operator": manifest["log"]}.get(notice["signer"])
            check(signer, index, "notice")
            text_signed, by = b"undersign notice v1\n" + body[:-64], signer["public_key"]
            if recovered:
                by = notice["recovery_key"]
                check(notice["signer"] == "organiser" and is_recovery(by, manifest["organiser"]), index, "notice-signature")
            check(signed(by, text_signed, body[-64:]), index, "notice-signature")
            if does == "earlier_total" and notice["signer"] == "organiser":  # said, and part of no count
                earlier = {name: content[name] for name in CONTENTS[does]}
        check(not closed or kind == b"\5", index, "after-close")
        if kind in b"\1\2":
            check(place != "outside", index, "outside-batch")
            check(place == "statement" or leaf > last, index, "unsorted")
            place, last = "batch", leaf
            check(len(nonces) <= issued, index, "more-than-issued")
        else:
            check(place != "statement", index, "empty-batch")
            place, closed = "statement" if kind == b"\3" else "outside", closed or kind == b"\4"
    check(place != "statement", size - 1, "empty-batch")
    check(tree.root() == b64decode(note.split("\n")[2]), None, "root")
    for nonce, index in withdrawn.items():
        check(nonce in nonces, index, "withdrawal-of-nothing")
    counted = {"total": len(nonces) - len(withdrawn), "signatures": len(nonces), "withdrawals": len(withdrawn)}
    counted |= {"issued": issued, "tree_size": size, "root": text(tree.root())}
    shown = json.loads((copy / "total").read_text())
    check(head(shown.pop("checkpoint"), manifest, identity) == (size, tree.root()) and shown == counted, None, "total")
    return counted | {"petition_id": text(identity), "closed": closed, "earlier_total": earlier}


try:
    print(json.dumps(audit(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)))
except Failure as failure:
    print(json.dumps({"entry": failure.args[0], "defect": failure.args[1]}))
    sys.exit(5)
