"""The mail server of the tests: aiosmtpd, run by the program tests.

It keeps every mail that it accepts as an .eml file of its own, and prints a line for every thing that happens, for the
tests to wait for.
"""

import argparse
import asyncio
import os
import ssl
import uuid
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

REPLIES = {
    "refuse": "550 5.1.1 no such mailbox",
    "later": "451 4.3.0 try again later",
}


def main():
    options = arguments()
    asyncio.run(serve(options))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mails", type=Path, required=True, help="directory for .eml files")
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
    parser.add_argument("--certificate", help="PEM file, needed for TLS")
    parser.add_argument("--key", help="PEM file, needed for TLS")
    parser.add_argument("--user", help="together with --password: mails are taken only after a login, and that over TLS")
    parser.add_argument("--password")
    parser.add_argument(
        "--answer",
        choices=["accept", "slowly", "refuse", "later", "lost"],
        default="accept",
        help="slowly: 250 after a second; refuse: 550 to every recipient; later: 451; lost: the mail is accepted, and the reply never arrives",
    )
    return parser.parse_args()


async def serve(options):
    context = None
    if options.tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    implicit = options.tls == "implicit"

    def connection():
        return SMTP(
            Handler(options),
            hostname="mail.test",
            tls_context=None if implicit else context,
            require_starttls=options.tls == "starttls",
            auth_required=options.user is not None,
            # aiosmtpd knows of TLS only where it began with STARTTLS.
            auth_require_tls=not implicit,
            authenticator=lambda *parts: log_in(options, parts[-1]),
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", options.port, ssl=context if implicit else None)
    tell("ready")
    await server.serve_forever()


def log_in(options, given):
    right = given.login == options.user.encode() and given.password == options.password.encode()
    tell("login" if right else "wrong login")
    return AuthResult(success=right, handled=False)


class Handler:
    """What is done at the steps of a connection."""

    def __init__(self, options):
        self.options = options

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        tell("hello")
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = REPLIES.get(self.options.answer)
        if reply is not None:
            tell(self.options.answer)
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.options.answer == "slowly":
            await asyncio.sleep(1)
        keep(self.options.mails, envelope.content)
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        tell("accepted over TLS" if encrypted else "accepted in clear")
        if self.options.answer == "lost":
            server.transport.abort()
        return "250 OK"


def keep(directory, content):
    """A file that ends with .eml is complete."""
    name = uuid.uuid4().hex
    part = directory / f"{name}.part"
    part.write_bytes(content)
    os.replace(part, directory / f"{name}.eml")


def tell(line):
    print(line, flush=True)


if __name__ == "__main__":
    main()
