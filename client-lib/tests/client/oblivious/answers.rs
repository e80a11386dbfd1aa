use bhttp::Message;
use proptest::prelude::*;
use undersign_client_lib::oblivious::{Inner, NotRelayed, Sealed};
use undersign_client_lib::response::Response;
use undersign_protocol::oblivious::{ENCAPSULATED_RESPONSE_SIZE, RESPONSE_MEDIA_TYPE, RESPONSE_SIZE, Week};

use super::{Gateway, Opened, relayed, sealed_answer};
use crate::support::petition::{HOST, now};
use crate::support::server::answer;

fn sealed(gateway: &Gateway) -> Sealed {
    Sealed::new(&Inner::new("https://a.example/b", Vec::new(), b"x"), HOST, gateway.entry.key_config()).unwrap()
}

fn refused(sealed: Sealed, answer: &Response) -> NotRelayed {
    sealed.open(answer).err().expect("refused")
}

/// What a gateway that means harm may seal.
fn sealed_bytes(opened: Opened, bytes: &[u8]) -> Response {
    relayed(opened.sealer.encapsulate(bytes).unwrap())
}

fn honest(opened: Opened) -> Response {
    let mut inner = Message::response(200u16.try_into().unwrap());
    inner.write_content(b"{}");
    sealed_answer(opened.sealer, &inner)
}

#[test]
fn other_sizes_statuses_and_media_types_are_no_answer() {
    let gateway = Gateway::of(Week::of(now()));
    for size in [0, 1, 31, 32, 48, ENCAPSULATED_RESPONSE_SIZE - 1, ENCAPSULATED_RESPONSE_SIZE + 1] {
        assert_eq!(refused(sealed(&gateway), &relayed(vec![0; size])), NotRelayed::Form, "{size}");
    }
    let request = sealed(&gateway);
    let right = honest(gateway.open(request.body()));
    let other_type = answer(200, "text/html", right.body.clone());
    assert_eq!(refused(request, &other_type), NotRelayed::Form);
    for status in [204, 301, 400, 404, 413, 422, 429, 500, 502, 503, 504] {
        let request = sealed(&gateway);
        let body = honest(gateway.open(request.body())).body;
        assert_eq!(refused(request, &answer(status, RESPONSE_MEDIA_TYPE, body)), NotRelayed::Status(status));
    }
    // What is sealed has the one size too.
    for size in [RESPONSE_SIZE - 1, RESPONSE_SIZE + 1] {
        let request = sealed(&gateway);
        let answer = sealed_bytes(gateway.open(request.body()), &vec![0; size]);
        assert_eq!(refused(request, &answer), NotRelayed::Form, "{size}");
    }
}

#[test]
fn an_answer_to_another_request_is_not_opened() {
    let gateway = Gateway::of(Week::of(now()));
    let (one, other) = (sealed(&gateway), sealed(&gateway));
    let answer = honest(gateway.open(one.body()));
    assert_eq!(refused(other, &answer), NotRelayed::NotOurs);
    assert_eq!(one.open(&answer).unwrap().body, b"{}");
}

#[test]
fn an_answer_without_headers_is_one() {
    let gateway = Gateway::of(Week::of(now()));
    let request = sealed(&gateway);
    let answer = honest(gateway.open(request.body()));
    let opened = request.open(&answer).unwrap();
    assert_eq!((opened.status, opened.media_type, opened.retry_after), (200, None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A relay may bring anything.
    #[test]
    fn what_a_relay_makes_up_is_refused(
        status in 100u16..600,
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            proptest::collection::vec(any::<u8>(), ENCAPSULATED_RESPONSE_SIZE),
            proptest::collection::vec(any::<u8>(), 2_000..2_200),
        ],
        is_typed in any::<bool>(),
    ) {
        let gateway = Gateway::of(Week::of(now()));
        let media_type = if is_typed { RESPONSE_MEDIA_TYPE } else { "application/json" };
        refused(sealed(&gateway), &answer(status, media_type, body));
    }

    /// A relay may change what it was given.
    #[test]
    fn an_answer_with_another_bit_is_refused(at in 0..ENCAPSULATED_RESPONSE_SIZE, bit in 0..8u32) {
        let gateway = Gateway::of(Week::of(now()));
        let request = sealed(&gateway);
        let mut answer = honest(gateway.open(request.body()));
        answer.body[at] ^= 1 << bit;
        prop_assert_eq!(refused(request, &answer), NotRelayed::NotOurs);
    }

    /// The server may mean harm too: whatever it seals is an answer or refused, and ends no program.
    #[test]
    fn what_a_gateway_makes_up_ends_nothing(
        start in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(64), Just(255), any::<u8>()], 0..60),
        filling in prop_oneof![Just(0u8), any::<u8>()],
    ) {
        let gateway = Gateway::of(Week::of(now()));
        let request = sealed(&gateway);
        let mut bytes = vec![filling; RESPONSE_SIZE];
        bytes[..start.len()].copy_from_slice(&start);
        let answer = sealed_bytes(gateway.open(request.body()), &bytes);
        match request.open(&answer) {
            Ok(opened) => prop_assert!((200..600).contains(&opened.status)),
            Err(error) => prop_assert_eq!(error, NotRelayed::Message),
        }
    }
}
