"""A mail server that keeps every message as a file and delivers nothing: mail-sink.py PORT FOLDER"""

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.last = max((int(name[:-4]) for name in os.listdir(folder) if name.endswith(".eml") and name[:-4].isdigit()), default=0)

    def keep(self, number, content):
        path = os.path.join(self.folder, f"{number:06}.eml")
        with open(path + ".new", "wb") as file:
            file.write(content)
        # A reader of the folder sees whole messages only.
        os.replace(path + ".new", path)

    async def handle_DATA(self, server, session, envelope):
        self.last += 1
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        await asyncio.to_thread(self.keep, self.last, head.encode() + envelope.content)
        return "250 kept"


async def main():
    port, folder = int(sys.argv[1]), sys.argv[2]
    sink = Sink(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


asyncio.run(main())
