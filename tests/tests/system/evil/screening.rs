//! With blind signatures a test of the product of several can be passed by tokens that nobody issued: each is to be tested alone. What
//! is made here passes a test of the product, and must pass nothing else.

use openssl::bn::{BigNum, BigNumContext};
use undersign_protocol::issuance::NK;
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::Token;
use undersign_tests::wire::Wire;

use super::{World, assert_defect, world};

/// Numbers modulo a petition's key.
struct Ring {
    modulus: BigNum,
    context: BigNumContext,
}

impl Ring {
    fn of(world: &World) -> Self {
        let modulus = BigNum::from_slice(world.petition.manifest().issuer.token_key.modulus()).expect("a number");
        Self { modulus, context: BigNumContext::new().expect("a context") }
    }

    fn product(&mut self, left: &BigNum, right: &BigNum) -> BigNum {
        let mut product = BigNum::new().expect("a number");
        product.mod_mul(left, right, &self.modulus, &mut self.context).expect("a product");
        product
    }

    /// What a test of the product compares: the product of the signatures to the power of e.
    fn screened(&mut self, tokens: &[Token; 2]) -> BigNum {
        let [left, right] = [number(&tokens[0]), number(&tokens[1])];
        let (product, mut power) = (self.product(&left, &right), BigNum::new().expect("a number"));
        let e = BigNum::from_u32(65_537).expect("a number");
        power.mod_exp(&product, &e, &self.modulus, &mut self.context).expect("a power");
        power
    }

    /// s₁·x and s₂/x.
    fn multiplied(&mut self, tokens: &[Token; 2]) -> [Token; 2] {
        let (x, mut inverse) = (BigNum::from_u32(3).expect("a number"), BigNum::new().expect("a number"));
        inverse.mod_inverse(&x, &self.modulus, &mut self.context).expect("an inverse");
        let mut forged = tokens.clone();
        for (token, factor) in forged.iter_mut().zip([x, inverse]) {
            let product = self.product(&number(token), &factor);
            token.authenticator = product.to_vec_padded(NK as i32).expect("bytes").try_into().expect("256 bytes");
        }
        forged
    }
}

fn number(token: &Token) -> BigNum {
    BigNum::from_slice(&token.authenticator).expect("a number")
}

/// Tokens 0 and 1 with their authenticators exchanged, and multiplied. The control: a test of the product takes all of them.
fn forged(world: &World) -> [[Token; 2]; 2] {
    let honest = [world.tokens[0].clone(), world.tokens[1].clone()];
    let mut exchanged = honest.clone();
    let [left, right] = &mut exchanged;
    std::mem::swap(&mut left.authenticator, &mut right.authenticator);
    let mut ring = Ring::of(world);
    let multiplied = ring.multiplied(&honest);
    for pair in [&exchanged, &multiplied] {
        assert!(pair[0] != honest[0] && pair[1] != honest[1]);
        assert_eq!(ring.screened(pair), ring.screened(&honest), "the product does not show it");
    }
    [exchanged, multiplied]
}

#[tokio::test]
async fn tokens_whose_product_alone_is_valid_fail_the_audit_one_by_one() {
    let world = world().await;
    let honest = &world.tokens;
    for [left, right] in forged(&world) {
        for (pair, wrong) in [
            ([&left, &right], vec![&left, &right]),
            ([&left, &honest[1]], vec![&left]),
            ([&honest[0], &right], vec![&right]),
        ] {
            let batch = world.batch(6, pair.map(|token| Entry::Signature(token.clone()).encode()).to_vec());
            let entries = [vec![world.manifest.clone()], batch].concat();
            let place = |token: &&Token| {
                let entry = Entry::Signature((*token).clone()).encode();
                entries.iter().position(|other| *other == entry)
            };
            let ended = world.audit(world.operator.log(&entries), &[]).await;
            assert_defect(&ended, "signature", "the token's signature is not valid");
            let told = ended.event("defect").expect("a defect")["entry"].as_u64();
            assert_eq!(told, wrong.iter().filter_map(place).min().map(|place| place as u64), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn tokens_whose_product_alone_is_valid_are_refused_one_by_one_and_at_once() {
    let world = world().await;
    let (wire, petition_id) = (Wire::new(&world.server), world.petition.petition_id());
    for [left, right] in forged(&world) {
        let (one, other) = tokio::join!(wire.redeem(&petition_id, &left), wire.redeem(&petition_id, &right));
        for answer in [one, other] {
            assert_eq!(answer.problem(), Problem::TokenNotValid);
        }
    }
    for token in &world.tokens[..2] {
        assert_eq!(wire.redeem(&petition_id, token).await.status, 200);
    }
}
