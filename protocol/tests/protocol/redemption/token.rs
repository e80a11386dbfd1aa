//! Tokens keep the laws.

use proptest::prelude::*;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::redemption::{Token, TokenInput};

use crate::common::generate;
use crate::common::laws::{Format, check};

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| Token::decode(bytes).ok(), encode: Token::encode }.keeps_the_laws(generate::token());
}

#[test]
fn has_the_fields_of_rfc_9577_in_their_order() {
    check(generate::token(), |token| {
        let parts: [&[u8]; 5] = [
            &[0, 2],
            token.input.nonce.as_bytes(),
            token.input.challenge_digest.as_bytes(),
            token.input.token_key_id.as_bytes(),
            &token.authenticator,
        ];
        prop_assert_eq!(token.encode(), parts.concat());
        prop_assert_eq!(token.input.encode(), &token.encode()[..TokenInput::SIZE]);
        Ok(())
    });
    assert_eq!((TokenInput::SIZE, Token::SIZE), (98, 354));
}

#[test]
fn other_token_types_are_refused() {
    for token_type in [0u16, 1, 3, 0x0200, 0xffff] {
        let bytes = [token_type.to_be_bytes().as_slice(), &[0; 352]].concat();
        assert_eq!(Token::decode(&bytes), Err(DecodeError::Invalid("token_type")));
    }
}

/// A token is worth a signature until it is redeemed.
#[test]
fn is_not_printed() {
    check(generate::token(), |token| {
        prop_assert_eq!(format!("{token:?}"), "Token(…)");
        Ok(())
    });
}
