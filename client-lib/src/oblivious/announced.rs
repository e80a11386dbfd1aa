use rand_core::CryptoRng;
use undersign_protocol::base::Base;
use undersign_protocol::oblivious::{KeyConfig, RelayUrl};
use undersign_protocol::public_log::{HostEntry, KeyConfigEntry, Service};
use undersign_protocol::timestamp::Timestamp;

/// What a host's log says of other ways to the host: its onion service, relays, and the keys of its gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    service: Option<Service>,
    keys: Vec<KeyConfigEntry>,
}

impl Announced {
    /// Reads the entries of a host's log. Those of another form are passed over, as kinds that came later are.
    pub(crate) fn of_entries(entries: &[&[u8]]) -> Self {
        let mut announced = Self::default();
        for entry in entries {
            match HostEntry::decode(entry) {
                // The last one in the log stands.
                Ok(HostEntry::Service(service)) => announced.service = Some(service),
                Ok(HostEntry::KeyConfig(key)) => announced.keys.push(key),
                _ => {}
            }
        }
        announced
    }

    /// The onion service with the same petitions and logs.
    pub fn onion(&self) -> Option<&Base> {
        self.service.as_ref()?.onion.as_ref()
    }

    /// Relays that take requests for this host.
    pub fn relays(&self) -> &[RelayUrl] {
        self.service.as_ref().map_or(&[], |service| &service.relays)
    }

    /// The key that requests are sealed for now; `None` where there is none, and so no way through a relay.
    pub fn key(&self, now: Timestamp) -> Option<&KeyConfig> {
        KeyConfigEntry::current(&self.keys, now).map(KeyConfigEntry::key_config)
    }

    /// The relays in a random order, in which they are tried: so each carries its part, and nobody's relay can be guessed. One without
    /// TLS is passed over where the host itself is reached by TLS.
    pub fn shuffled(&self, base: &Base, rng: &mut impl CryptoRng) -> Vec<RelayUrl> {
        let may_carry = |relay: &&RelayUrl| relay.is_secure() || !base.is_secure();
        let mut relays: Vec<RelayUrl> = self.relays().iter().filter(may_carry).cloned().collect();
        for last in (1..relays.len()).rev() {
            // Of at most sixteen: the bias of the remainder of 32 random bits is beyond notice.
            let other = rng.next_u32() as usize % (last + 1);
            relays.swap(last, other);
        }
        relays
    }
}
