//! A small honest server in memory: every request of the client gets the answer that the protocol asks for. Tests break one thing
//! at a time. RSA is OpenSSL's, so the client's arithmetic never agrees only with itself.

pub mod keys;
pub mod log;
pub mod petition;
pub mod proofs;
pub mod rng;
pub mod server;
pub mod socks;

use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::checks::check;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::journey::{Bundle, Confirmed, Keys, Prepared, Signed, TokenHeld};
use undersign_client_lib::link::PetitionLink;
use undersign_client_lib::lookup::{self, PetitionDocuments};

use petition::{HOST, slug};
use rng::TestRng;
use server::{CODE, TestServer};

pub const EMAIL: &str = "alice.example@post.example.org";

pub fn base() -> Base {
    Base::of_host(HOST).unwrap()
}

/// A link to the petition with this index, without a pin.
pub fn link(index: usize) -> PetitionLink {
    PetitionLink { slug: slug(index).parse().unwrap(), pin: None }
}

pub fn documents(server: &mut TestServer, index: usize) -> PetitionDocuments {
    let (first, requests) = lookup::start(&base(), &link(index));
    let (second, requests) = first.answered(server.answer_all(&requests)).unwrap();
    second.answered(server.answer_all(&requests)).unwrap()
}

pub fn checked(server: &mut TestServer, index: usize) -> CheckedPetition {
    check(&base(), &link(index), &documents(server, index)).unwrap()
}

/// Of someone who may ask for a receipt at the end.
pub fn prepared(server: &mut TestServer, index: usize, bundle: Bundle, seed: u64) -> Prepared {
    prepared_with(server, index, bundle, Keys::Keep, seed)
}

pub fn prepared_with(server: &mut TestServer, index: usize, bundle: Bundle, keys: Keys, seed: u64) -> Prepared {
    Prepared::new(&checked(server, index), bundle, keys, &mut TestRng::new(seed)).unwrap()
}

/// Asks for a mail, and sends the code that is in it.
pub fn confirmed(server: &mut TestServer, prepared: Prepared) -> Confirmed {
    let answer = server.answer(&prepared.verification_request(EMAIL, &"en".parse().unwrap()));
    let prepared = prepared.verification_answered(&answer).unwrap();
    let answer = server.answer(&prepared.confirm_with_code(&CODE.parse().unwrap()).unwrap());
    prepared.code_answered(&answer).unwrap()
}

pub fn token_held(server: &mut TestServer, confirmed: Confirmed) -> TokenHeld {
    let answer = server.answer(&confirmed.token_request());
    let now = server.now;
    confirmed.token_answered(&answer, now).unwrap()
}

/// All steps.
pub fn signed(server: &mut TestServer, index: usize, keys: Keys, seed: u64) -> Signed {
    let prepared = prepared_with(server, index, Bundle::WholeRun, keys, seed);
    let confirmed = confirmed(server, prepared);
    let held = token_held(server, confirmed);
    let answer = server.answer(&held.redemption_request(server.now).unwrap());
    held.redeemed(&answer, server.now).unwrap()
}
