"""Verifies signatures of JSON Web Signatures (RFC 7518, section 3) with a public key or certificate.

Imports `cryptography`, of the extra 'centre': only `public_key` imports this module, when a key is read.
"""

from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import Certificate, load_pem_x509_certificate

from gateway.host.certificate import Validity

_RSA_BITS = range(2048, 4097)
"""Shorter keys are too weak (RFC 7518, section 3.3), longer ones would cost too much at each request."""

_P256_BYTES = 32
_RSA_PADDINGS = MappingProxyType({"RS256": padding.PKCS1v15(), "PS256": padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)})


class PublicKey:
    """A public key, with the certificate that it comes from, if it does.

    Attributes:
        algorithms: The names of the algorithms that the key can be used with.
        certificate_sha256: The hash of the certificate's DER.
        validity: From when until when the certificate is valid.
    """

    def __init__(self, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, certificate: Certificate | None) -> None:
        self._key = key
        self.algorithms = frozenset({"ES256"} if isinstance(key, ec.EllipticCurvePublicKey) else _RSA_PADDINGS)
        self.certificate_sha256: bytes | None = None
        self.validity: Validity | None = None
        if certificate is not None:
            self.certificate_sha256 = certificate.fingerprint(SHA256())
            begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            self.validity = Validity(int(begins.timestamp() * 1000), int(ends.timestamp() * 1000))

    def verifies(self, algorithm: str, signature: bytes, content: bytes) -> bool:
        """Return whether a signature is that of the key on a content, by an algorithm that the key can be used with."""
        if algorithm not in self.algorithms:
            return False
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signature, content, _RSA_PADDINGS[algorithm], SHA256())
                return True
            if len(signature) != 2 * _P256_BYTES:
                return False
            halves = (int.from_bytes(part, "big") for part in (signature[:_P256_BYTES], signature[_P256_BYTES:]))
            self._key.verify(encode_dss_signature(*halves), content, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


class KeyUnsuitable(Exception):
    """A text has no public key that tokens can be signed for; the messages say why, in English and Italian."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.italian = it


def public_key_in(content: bytes) -> PublicKey:
    """Return the public key, or that of the first certificate, in PEM.

    Raises:
        KeyUnsuitable: There is none, or not one of P-256 or of RSA with 2048 to 4096 bits.
    """
    if b"PRIVATE KEY-----" in content:
        raise KeyUnsuitable(
            "it has a private key, which its organisation alone may have", "contiene una chiave privata, che deve avere solo il suo ente"
        )
    certificate = None
    try:
        if b"-----BEGIN CERTIFICATE-----" in content:
            certificate = load_pem_x509_certificate(content)
        key = load_pem_public_key(content) if certificate is None else certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnsuitable("it has no public key and no certificate", "non contiene né una chiave pubblica né un certificato") from error
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return PublicKey(key, certificate)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS:
        return PublicKey(key, certificate)
    raise KeyUnsuitable(
        "its key is neither of P-256 nor of RSA with 2048 to 4096 bits", "la sua chiave non è né P-256 né RSA da 2048 a 4096 bit"
    )
