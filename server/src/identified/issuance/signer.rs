//! The only file that sees an RSA private key.

use std::sync::Arc;
use std::thread::available_parallelism;

use openssl::pkey::Private;
use openssl::rsa::{Padding, Rsa};
use tokio::sync::Semaphore;
use undersign_protocol::issuance::{NK, TokenKey, TokenRequest, TokenResponse};
use zeroize::Zeroizing;

use super::rules::IssuanceError;

const MODULUS_BITS: u32 = 2048;
/// Signatures that may wait for a core, for each core: at 0.4 ms each, the last waits for about 0.2 s.
const QUEUE_PER_CORE: usize = 512;

/// A petition's private key. No `Debug`, no `Clone`; OpenSSL wipes it when it is dropped.
pub(super) struct PetitionSigner {
    rsa: Rsa<Private>,
}

impl PetitionSigner {
    /// Makes a key: 2048 bits, e = 65537.
    pub(super) fn generate() -> Result<Self, IssuanceError> {
        Rsa::generate(MODULUS_BITS).map(|rsa| Self { rsa }).map_err(IssuanceError::Signing)
    }

    /// From the form in which it is kept.
    pub(super) fn from_der(der: &[u8]) -> Result<Self, IssuanceError> {
        Rsa::private_key_from_der(der).map(|rsa| Self { rsa }).map_err(IssuanceError::Signing)
    }

    /// RSAPrivateKey (RFC 8017 §A.1.2) in DER, to be sealed.
    pub(super) fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, IssuanceError> {
        self.rsa.private_key_to_der().map(Zeroizing::new).map_err(IssuanceError::Signing)
    }

    /// The public half, checked as clients check it.
    pub(super) fn token_key(&self) -> Result<TokenKey, IssuanceError> {
        let modulus = self.rsa.n().to_vec_padded(NK as i32).map_err(IssuanceError::Signing)?;
        let modulus = <[u8; NK]>::try_from(modulus).map_err(|_| IssuanceError::NotValid("modulus"))?;
        TokenKey::from_modulus(modulus).map_err(|_| IssuanceError::NotValid("modulus"))
    }

    /// BlindSign (RFC 9474 §4.3): the raw private operation. OpenSSL blinds it, works in constant time, and checks the result with
    /// the public exponent, so that a fault in one half of the CRT cannot give the key away.
    fn blind_sign(&self, request: &TokenRequest) -> Result<TokenResponse, IssuanceError> {
        let mut blind_sig = [0; NK];
        self.rsa
            .private_encrypt(&request.blinded_msg, &mut blind_sig, Padding::NONE)
            .map_err(IssuanceError::Signing)?;
        Ok(TokenResponse { blind_sig })
    }
}

/// Signs off the async threads: one signature per core at a time, a bounded queue behind them.
pub(super) struct SignerPool {
    queue: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl SignerPool {
    pub(super) fn new() -> Self {
        Self::of(available_parallelism().map_or(1, usize::from))
    }

    fn of(cores: usize) -> Self {
        Self { queue: Arc::new(Semaphore::new(cores * QUEUE_PER_CORE)), cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Signs one request. When the queue is full it is refused at once; its row stands, so the repeat is signed.
    pub(super) async fn sign(
        &self,
        signer: Arc<PetitionSigner>,
        request: TokenRequest,
    ) -> Result<TokenResponse, IssuanceError> {
        let _place = self.queue.try_acquire().map_err(|_| IssuanceError::Busy)?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| IssuanceError::Busy)?;
        let signed = tokio::task::spawn_blocking(move || {
            let response = signer.blind_sign(&request);
            drop(core);
            response
        });
        signed.await.map_err(|_| IssuanceError::Busy)?
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse as _;

    use super::*;
    use crate::web::problem::WebProblem;

    #[tokio::test]
    async fn beyond_the_queue_a_request_is_told_when_to_come_back_and_those_before_it_are_signed() {
        let pool = SignerPool::of(1);
        let signer = Arc::new(PetitionSigner::generate().expect("a key"));
        let request = TokenRequest { truncated_token_key_id: 0, blinded_msg: [1; NK] };
        // The one core is busy, so that nobody leaves the queue.
        let core = Arc::clone(&pool.cores).acquire_owned().await.expect("never closed");
        let mut waiting: Vec<_> =
            (0..QUEUE_PER_CORE + 3).map(|_| Box::pin(pool.sign(Arc::clone(&signer), request.clone()))).collect();
        let mut refused = Vec::new();
        poll_fn(|context| {
            waiting.retain_mut(|caller| match caller.as_mut().poll(context) {
                Poll::Ready(answer) => {
                    refused.push(answer.expect_err("refused"));
                    false
                }
                Poll::Pending => true,
            });
            Poll::Ready(())
        })
        .await;
        assert_eq!((refused.len(), waiting.len()), (3, QUEUE_PER_CORE));
        for error in refused {
            let answer = WebProblem::from(error).into_response();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
        }
        drop(core);
        for caller in waiting {
            assert!(caller.await.is_ok());
        }
    }
}
