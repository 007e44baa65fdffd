//! ECDSA signatures on curve P-521, which ring does not know.

use p521::ecdsa::signature::Verifier as _;
use p521::ecdsa::{DerSignature, VerifyingKey};
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

/// `ecdsa_secp521r1_sha512` of TLS 1.3 (RFC 8446 section 4.2.3), the only scheme of a P-521 key there.
#[derive(Debug)]
pub(super) struct EcdsaP521Sha512;

impl SignatureVerificationAlgorithm for EcdsaP521Sha512 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = DerSignature::from_bytes(signature).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }
}

#[cfg(test)]
mod tests {
    use p521::ecdsa::signature::Signer as _;
    use p521::ecdsa::{DerSignature, SigningKey};
    use rustls::pki_types::SignatureVerificationAlgorithm as _;

    use super::EcdsaP521Sha512;

    #[test]
    fn a_signature_holds_for_its_key_and_message_only() {
        let key = SigningKey::from_slice(&[7; 66]).or_else(|_| {
            let mut bytes = [7; 66];
            bytes[0] = 0;
            SigningKey::from_slice(&bytes)
        });
        let key = key.expect("a number below the order of the curve");
        let mut other = [9; 66];
        other[0] = 0;
        let other = SigningKey::from_slice(&other).expect("another one");
        let point = |key: &SigningKey| key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let signature: DerSignature = key.sign(b"message");
        let verify = |public: &[u8], message: &[u8], signature: &[u8]| {
            EcdsaP521Sha512
                .verify_signature(public, message, signature)
                .is_ok()
        };
        assert!(verify(&point(&key), b"message", signature.as_bytes()));
        assert!(!verify(&point(&key), b"massage", signature.as_bytes()));
        assert!(!verify(&point(&other), b"message", signature.as_bytes()));
        assert!(!verify(&point(&key), b"message", b""));
        assert!(!verify(b"", b"message", signature.as_bytes()));
    }
}
