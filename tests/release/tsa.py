"""A timestamp authority on this machine, for as long as a test runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.release.keys import Holder


@contextmanager
def timestamp_authority(holder: Holder) -> Iterator[str]:
    """Its address; ``holder`` has an RSA key."""
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    key = holder.key.private_bytes(encoding, form, serialization.NoEncryption())
    certificate = x509.Certificate.load(holder.certificate.public_bytes(encoding))
    stamper = DummyTimeStamper(certificate, keys.PrivateKeyInfo.load(key))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *values: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
