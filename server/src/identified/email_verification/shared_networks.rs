use std::collections::{BTreeSet, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use crate::web::client_network::ClientNetwork;

/// Bits of an address.
const BITS: u8 = 128;
/// Bits before those of an IPv4 address.
const BEFORE_IPV4: u8 = 96;

/// Networks from which strangers to each other come: Tor's exits, relays, this machine's own address where an onion service leads to it.
/// All of them together share one limit, in place of one each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedNetworks {
    prefixes: HashSet<(u8, u128)>,
    lengths: BTreeSet<u8>,
}

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SharedNetworksError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Not a network.
    #[error(
        "line {0}: a line is one address or network, as in 192.0.2.7 or 2001:db8::/32, or a comment that begins with #"
    )]
    NotANetwork(usize),
    /// More than one network's owner.
    #[error("line {0}: a network of so many addresses would take in people who are no strangers to each other")]
    TooLarge(usize),
}

impl SharedNetworks {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, SharedNetworksError> {
        let text = std::fs::read_to_string(path).map_err(|error| SharedNetworksError::Unreadable(error.to_string()))?;
        Self::parse(&text)
    }

    /// Reads a list: one address or network a line; what follows a `#` is a comment.
    pub fn parse(text: &str) -> Result<Self, SharedNetworksError> {
        let mut networks = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let name = line.split('#').next().unwrap_or_default().trim();
            if name.is_empty() {
                continue;
            }
            let (length, address) = network(name).ok_or(SharedNetworksError::NotANetwork(number))?;
            let least = if is_ipv4(address) { BEFORE_IPV4 + 8 } else { 16 };
            if length < least {
                return Err(SharedNetworksError::TooLarge(number));
            }
            networks.prefixes.insert((length, prefix(address, length)));
            networks.lengths.insert(length);
        }
        Ok(networks)
    }

    /// Whether a client comes from one of them.
    pub fn contain(&self, client: &ClientNetwork) -> bool {
        let address = bits(client.address());
        self.lengths.iter().any(|length| self.prefixes.contains(&(*length, prefix(address, *length))))
    }
}

/// Length of the prefix in bits, and the address in IPv6's form.
fn network(name: &str) -> Option<(u8, u128)> {
    let (address, length) = name.split_once('/').map_or((name, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok()?;
    let before = if address.is_ipv4() { BEFORE_IPV4 } else { 0 };
    let length = match length {
        None => BITS,
        Some(digits) => digits.parse::<u8>().ok()?.checked_add(before).filter(|length| *length <= BITS)?,
    };
    Some((length, bits(address)))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn is_ipv4(bits: u128) -> bool {
    Ipv6Addr::from_bits(bits).to_ipv4_mapped().is_some()
}

fn prefix(address: u128, length: u8) -> u128 {
    address & u128::MAX.checked_shl((BITS - length).into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contains(list: &SharedNetworks, address: &str) -> bool {
        list.contain(&ClientNetwork::of(address.parse().expect("an address")))
    }

    #[test]
    fn a_network_is_all_its_addresses_and_no_others() {
        let list = "# Tor\n192.0.2.7 # one\n\n198.51.100.0/24\n 2001:db8:1::/48\n::1\n127.0.0.0/8";
        let list = SharedNetworks::parse(list).expect("a list");
        for shared in
            ["192.0.2.7", "198.51.100.0", "198.51.100.255", "2001:db8:1:ff::1", "::1", "127.0.0.1", "::ffff:192.0.2.7"]
        {
            assert!(contains(&list, shared), "{shared}");
        }
        for own in ["192.0.2.8", "198.51.101.0", "2001:db8:2::1", "::2", "128.0.0.1"] {
            assert!(!contains(&list, own), "{own}");
        }
        assert!(!contains(&SharedNetworks::default(), "127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_or_half_the_world_is_no_list() {
        for wrong in
            ["tor", "192.0.2", "192.0.2.7/33", "2001:db8::/129", "192.0.2.7/", "192.0.2.7/-1", "1.1.1.1, 2.2.2.2"]
        {
            assert_eq!(
                SharedNetworks::parse(&format!("\n{wrong}")),
                Err(SharedNetworksError::NotANetwork(2)),
                "{wrong}"
            );
        }
        for large in ["0.0.0.0/0", "10.0.0.0/7", "::/0", "2000::/3"] {
            assert_eq!(SharedNetworks::parse(large), Err(SharedNetworksError::TooLarge(1)), "{large}");
        }
    }

    proptest! {
        /// Whatever stands in the file, reading it ends; and a list has what it names.
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-f:./# \n]{0,60}|\\PC{0,60}", v4: u32, v6: u128, length in 0u8..=112) {
            let _ = SharedNetworks::parse(&text);
            let (v4, v6) = (std::net::Ipv4Addr::from_bits(v4), Ipv6Addr::from_bits(v6 | 1 << 127));
            let list = SharedNetworks::parse(&format!("{v4}/{}\n{v6}/{}", 8 + length % 25, 16 + length)).expect("a list");
            prop_assert!(contains(&list, &v4.to_string()) && contains(&list, &v6.to_string()));
        }
    }
}
