use serde_json::{Value, json};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::Promise;
use undersign_protocol::timestamp::Timestamp;

use crate::evil::{Asked, Lie, Told, World};

/// A bit of the issuer's answer is another.
pub fn wrong_blind_signature(place: usize) -> Lie {
    Box::new(move |asked: &Asked, told: &mut Told| {
        if asked.path.starts_with("/v1/token-requests") && told.status == 200 {
            told.body[place] ^= 1;
        }
    })
}

/// The promise is of an hour ago, so that nobody need wait for it to be broken; the log stays as it was at its beginning.
pub fn broken_promise(world: &World) -> Lie {
    let origin = world.petition.log_origin();
    let frozen = world.operator.log(std::slice::from_ref(&world.manifest));
    let key = SecretKey::from_seed(&world.operator.log_key().seed());
    let past = world.server.now().seconds() - 3_600;
    Box::new(move |asked: &Asked, told: &mut Told| {
        if let Some(body) = frozen.get(&asked.path) {
            *told = Told { status: 200, body: body.clone() };
        } else if is_redemption(asked, told) {
            edit_promise(told, |answer| {
                let leaf: Hash = serde_json::from_value(answer["leaf_hash"].clone()).expect("a hash");
                let until = Timestamp::from_seconds(past).expect("a time");
                let promise = Promise::sign(&origin, leaf, until, &key);
                *answer = json!({ "leaf_hash": leaf, "promise": promise.signature, "publish_by": until });
            });
        }
    })
}

/// The time in the promise is not the one that the log has signed.
pub fn unsigned_promise() -> Lie {
    Box::new(|asked: &Asked, told: &mut Told| {
        if is_redemption(asked, told) {
            edit_promise(told, |answer| answer["publish_by"] = "2020-01-01T00:00:00Z".into());
        }
    })
}

/// The answer is about somebody else's signature.
pub fn promise_for_another() -> Lie {
    Box::new(|asked: &Asked, told: &mut Told| {
        if is_redemption(asked, told) {
            edit_promise(told, |answer| answer["leaf_hash"] = json!(Hash::of_leaf(b"another's")));
        }
    })
}

fn is_redemption(asked: &Asked, told: &Told) -> bool {
    asked.method == "POST" && asked.path.ends_with("/signatures") && told.status == 200
}

fn edit_promise(told: &mut Told, edit: impl FnOnce(&mut Value)) {
    let mut answer = serde_json::from_slice(&told.body).expect("JSON");
    edit(&mut answer);
    told.body = answer.to_string().into_bytes();
}
