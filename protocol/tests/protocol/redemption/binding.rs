//! A token counts for one petition and one key.

use undersign_protocol::issuance::TokenChallenge;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::redemption::{TokenBindingError, TokenInput};

use crate::common::generate::token_key_from;
use crate::common::manifest::{example, verified_example};

#[test]
fn the_challenge_of_a_petition_names_it_its_issuer_and_its_origin() {
    let petition = verified_example();
    let challenge = TokenChallenge::of_petition(petition.manifest(), &petition.petition_id());
    assert_eq!(challenge.issuer_name, "petitions.example");
    assert_eq!(challenge.redemption_context, Some(*petition.petition_id().as_bytes()));
    assert_eq!(challenge.origin_info, "petitions.example:8443");
    assert_eq!(TokenChallenge::decode(&challenge.encode()), Ok(challenge));
}

#[test]
fn a_token_of_the_petition_is_bound_to_it() {
    let petition = verified_example();
    let (manifest, petition_id) = (petition.manifest(), petition.petition_id());
    let input = TokenInput::of_petition(manifest, &petition_id, [5; 32].into());
    assert_eq!(*input.nonce.as_bytes(), [5; 32]);
    assert_eq!(input.check_binding(manifest, &petition_id), Ok(()));
}

#[test]
fn a_token_for_another_challenge_is_refused() {
    let petition = verified_example();
    let input = TokenInput::of_petition(petition.manifest(), &petition.petition_id(), [5; 32].into());
    let other_id = PetitionId::from([1; 32]);
    assert_eq!(input.check_binding(petition.manifest(), &other_id), Err(TokenBindingError::Challenge));
    let (mut of_another_issuer, mut of_another_origin) = (example(), example());
    of_another_issuer.issuer.name = "other.example".to_owned();
    of_another_origin.origin.host = "petitions.example".to_owned();
    for other in [of_another_issuer, of_another_origin] {
        assert_eq!(input.check_binding(&other, &petition.petition_id()), Err(TokenBindingError::Challenge));
    }
}

/// Two key ids that end in the same byte are two keys.
#[test]
fn the_key_id_is_compared_whole() {
    let petition = verified_example();
    let input = TokenInput::of_petition(petition.manifest(), &petition.petition_id(), [5; 32].into());
    for place in [0, 15, 30, 31] {
        let mut id = *input.token_key_id.as_bytes();
        id[place] ^= 1;
        let other = TokenInput { token_key_id: id.into(), ..input };
        assert_eq!(other.check_binding(petition.manifest(), &petition.petition_id()), Err(TokenBindingError::KeyId));
    }
    let mut other = example();
    other.issuer.token_key = token_key_from([0x77; 256]);
    assert_eq!(input.check_binding(&other, &petition.petition_id()), Err(TokenBindingError::KeyId));
}
