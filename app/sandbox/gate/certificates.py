"""The gate's own certificate authority: made for one comparison, trusted by nobody but the programs of it.

Its key is in memory only. It is valid for an hour and, by its name constraints (RFC 5280, 4.2.1.10), for the allowed
hosts alone: were the key known, it would be of no use for any other host, nor the day after.
"""

from __future__ import annotations

import datetime
import os
import ssl
import threading
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.sandbox.memory_file import memory_file

_VALID: Final = datetime.timedelta(hours=1)
_EARLIER: Final = datetime.timedelta(minutes=5)


class Authority:
    """Issues certificates for the hosts of a permission."""

    def __init__(self, hosts: Sequence[str]) -> None:
        """Makes the keys.

        Args:
            hosts: Names and patterns, as in :class:`Permission`; at least one.
        """
        self._key, self._leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MTP Race gate")])
        below = [x509.DNSName(host.removeprefix("*.")) for host in hosts]
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(x509.NameConstraints(permitted_subtrees=below, excluded_subtrees=None), True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    @property
    def pem(self) -> bytes:
        """The certificate that programs trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def context_for(self, host: str) -> ssl.SSLContext:
        """Returns what a server that is ``host`` speaks TLS with."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._make_context(host)
            return self._contexts[host]

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - _EARLIER).not_valid_after(now + _VALID)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )

    def _make_context(self, host: str) -> ssl.SSLContext:
        builder = self._builder(x509.Name([]), self._leaf_key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        leaf = builder.sign(self._key, hashes.SHA256())
        secret = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        file = memory_file(secret + leaf.public_bytes(serialization.Encoding.PEM))
        try:
            context.load_cert_chain(f"/proc/self/fd/{file}")  # The library reads files only.
        finally:
            os.close(file)
        return context


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
