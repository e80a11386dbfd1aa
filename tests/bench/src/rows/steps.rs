//! Issuance and redemption, one petition, each beside the arithmetic that it cannot do without and beside `privacypass` in a bare axum
//! server. In rounds, product and peers one after the other, so that what else the machine does meets all of them.

use anyhow::{Result, ensure};

use crate::cost;
use crate::http::Connection;
use crate::load::on_all_cores;
use crate::peer::Peer;
use crate::people::all_published;
use crate::primitives::Primitives;
use crate::stage::{CONNECTIONS, Sides, Stage, issue, redeem, unblind};
use crate::{Settings, median, say};

const ROUNDS: usize = 5;

/// One number a round, by name.
#[derive(Default)]
struct Costs {
    issuance: cost::Costs,
    redemption: cost::Costs,
    privacypass_issuance: Vec<f64>,
    privacypass_redemption: Vec<f64>,
    openssl_private: Vec<f64>,
    openssl_verify: Vec<f64>,
    openssl_public: Vec<f64>,
    crate_blind_sign: Vec<f64>,
    crate_verify: Vec<f64>,
}

/// Measures both.
pub async fn measure(settings: &Settings) -> Result<()> {
    let count = settings.size(1_000, 10_000);
    let stage = Stage::set(settings, Sides::Apart, 1, 120).await?;
    let empty = stage.disk()?;
    let (peer, primitives) = (Peer::start().await?, Primitives::new()?);
    let (mut costs, mut acknowledged) = (Costs::default(), Vec::new());
    let (mut issued_a_second, mut redeemed_a_second) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        eprintln!("  round {round}");
        let people = stage.confirmed(&format!("r{round}-"), count).await?;
        let blinded = peer.prepare(count / 4)?;
        stage.between_ticks(30).await;

        costs.openssl_private.push(primitives.openssl_private(500)?);
        costs.crate_blind_sign.push(primitives.crate_blind_sign(100)?);
        let (answers, cost) = peer.issue(CONNECTIONS, blinded).await?;
        costs.privacypass_issuance.push(cost);
        let (meter, before) = (stage.identified(), stage.identified().read()?);
        let issued = issue(Connection::open_all(stage.issuer()?, CONNECTIONS).await?, people).await?;
        costs.issuance.add(&meter, &before, count)?;
        issued_a_second.push(issued.rate());

        let holders = unblind(issued)?;
        ensure!(holders.len() == count, "a token each");
        stage.between_ticks(20).await;
        costs.openssl_verify.push(primitives.openssl_verify(5_000)?);
        costs.openssl_public.push(primitives.openssl_public(5_000)?);
        costs.crate_verify.push(primitives.crate_verify(1_000)?);
        costs.privacypass_redemption.push(peer.redeem(CONNECTIONS, answers).await?);
        let (meter, before) = (stage.anonymous(), stage.anonymous().read()?);
        let redeemed = redeem(Connection::open_all(stage.origin()?, CONNECTIONS).await?, holders).await?;
        costs.redemption.add(&meter, &before, count)?;
        redeemed_a_second.push(redeemed.rate());
        acknowledged
            .extend(on_all_cores(redeemed.outputs, |(holder, answer)| holder.acknowledged(&answer.response()))?);
    }
    all_published(&stage.server, stage.petition(), &acknowledged).await?;
    costs.tell(median(issued_a_second), median(redeemed_a_second), count);
    disk(empty, stage.disk()?, acknowledged.len());
    Ok(())
}

impl Costs {
    fn tell(self, issued: f64, redeemed: f64, count: usize) {
        let (issuance, private) = (self.issuance.server(), median(self.openssl_private));
        say(format!(
            "issuance, durable: **{issuance:.0} µs** of server CPU a request{} = **{:.2} ×** OpenSSL's raw private operation \
             ({private:.0} µs; goal 1.5 ×); {issued:.0}/s with {CONNECTIONS} connections and the generator on the same cores ({ROUNDS} rounds of \
             {count}, medians). Peers: `blind-rsa-signatures`' blind_sign {:.0} µs; `privacypass` in axum, in memory, {:.0} µs",
            self.issuance.beside(),
            issuance / private,
            median(self.crate_blind_sign),
            median(self.privacypass_issuance),
        ));
        let redemption = self.redemption.server();
        say(format!(
            "redemption, durable: **{redemption:.0} µs** of server CPU a request{} (goal 100 µs); {redeemed:.0}/s. Peers: OpenSSL's PSS \
             verification {:.1} µs, its raw public operation {:.1} µs; `blind-rsa-signatures`' verify {:.1} µs; `privacypass` in axum, \
             in memory, {:.0} µs",
            self.redemption.beside(),
            median(self.openssl_verify),
            median(self.openssl_public),
            median(self.crate_verify),
            median(self.privacypass_redemption),
        ));
    }
}

/// What a signature leaves on the disk, once published.
fn disk(empty: [u64; 2], full: [u64; 2], signatures: usize) {
    let each = |side: usize| full[side].saturating_sub(empty[side]) as f64 / signatures as f64;
    say(format!(
        "on disk, {signatures} signatures published: identified {:.0} bytes each, anonymous {:.0}",
        each(0),
        each(1)
    ));
}
