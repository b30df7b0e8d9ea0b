//! Routes, neighbours and addresses of interfaces as `/proc/net` has them: pure parsing.

use core::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use super::sockets::address_of;

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Where to: address and length of its prefix.
    pub destination: String,
    /// Through whom; absent where it is reached directly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// By which interface.
    pub interface: String,
    /// The lower, the sooner it is taken.
    pub metric: u64,
    /// The kernel's flags (linux/route.h), in hexadecimal.
    pub flags: String,
}

/// A neighbour on the same wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its address.
    pub address: String,
    /// Its hardware address.
    pub hardware: String,
    /// The interface it was met on.
    pub interface: String,
    /// The kernel's word for it: flags of the ARP table, or the state of a neighbour of version 6, in hexadecimal.
    pub flags: String,
}

/// An address of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The interface.
    pub interface: String,
    /// Address and length of its prefix.
    pub address: String,
}

fn rows<'a, T>(text: &'a [u8], skip: usize, row: impl Fn(&[&'a str]) -> Option<T>) -> (Vec<T>, u64) {
    let mut rows = Vec::new();
    let mut strange = 0;
    for line in text.split(|&byte| byte == b'\n').skip(skip).filter(|line| !line.trim_ascii().is_empty()) {
        let words = std::str::from_utf8(line).ok().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
        match words.and_then(|words| row(&words)) {
            Some(parsed) => rows.push(parsed),
            None => strange += 1,
        }
    }
    (rows, strange)
}

/// `/proc/net/route`: version 4. And how many lines were not understood.
pub fn routes(text: &[u8]) -> (Vec<Route>, u64) {
    rows(text, 1, |words| {
        let word = |at: usize| words.get(at).copied();
        let mask = u32::from_str_radix(word(7)?, 16).ok()?;
        let gateway = address_of(word(2)?)?;
        Some(Route {
            destination: format!("{}/{}", address_of(word(1)?)?, mask.count_ones()),
            gateway: (gateway != "0.0.0.0").then_some(gateway),
            interface: word(0)?.to_owned(),
            metric: word(6)?.parse().ok()?,
            flags: word(3)?.to_owned(),
        })
    })
}

/// `/proc/net/ipv6_route`. And how many lines were not understood.
pub fn routes_6(text: &[u8]) -> (Vec<Route>, u64) {
    rows(text, 0, |words| {
        let word = |at: usize| words.get(at).copied();
        let gateway = plain_6(word(4)?)?;
        Some(Route {
            destination: format!("{}/{}", plain_6(word(0)?)?, u8::from_str_radix(word(1)?, 16).ok()?),
            gateway: (gateway != "::").then_some(gateway),
            interface: word(9)?.to_owned(),
            metric: u64::from_str_radix(word(5)?, 16).ok()?,
            flags: word(8)?.to_owned(),
        })
    })
}

/// `/proc/net/arp`. And how many lines were not understood.
pub fn neighbours(text: &[u8]) -> (Vec<Neighbour>, u64) {
    rows(text, 1, |words| {
        let word = |at: usize| words.get(at).map(|word| (*word).to_owned());
        Some(Neighbour { address: word(0)?, flags: word(2)?, hardware: word(3)?, interface: word(5)? })
    })
}

/// `/proc/net/if_inet6`. And how many lines were not understood.
pub fn addresses_6(text: &[u8]) -> (Vec<Address>, u64) {
    rows(text, 0, |words| {
        let word = |at: usize| words.get(at).copied();
        let prefix = u8::from_str_radix(word(2)?, 16).ok()?;
        Some(Address { interface: word(5)?.to_owned(), address: format!("{}/{prefix}", plain_6(word(0)?)?) })
    })
}

/// 32 digits in the order in which an address is written.
fn plain_6(hex: &str) -> Option<String> {
    let number = u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32)?;
    Some(Ipv6Addr::from(number).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn routes_are_written_as_people_read_them() {
        let text = b"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
            eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0  \n\
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nx\n";
        let (routes, strange) = routes(text);
        let brief: Vec<_> = routes.iter().map(|r| (r.destination.as_str(), r.gateway.as_deref(), r.metric)).collect();
        assert_eq!(brief, [("0.0.0.0/0", Some("192.0.2.1"), 100), ("192.0.2.0/24", None, 0)]);
        assert_eq!(strange, 1);
    }

    #[test]
    fn version_6_is_read_in_the_order_in_which_it_stands() {
        let text = b"00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
            fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0\n\
            fe800000000000000000000000000000 40 00000000000000000000000000000000 00 \
            00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0\n";
        let (routes, strange) = routes_6(text);
        let brief: Vec<_> = routes.iter().map(|r| (r.destination.as_str(), r.gateway.as_deref(), r.metric)).collect();
        assert_eq!(brief, [("::/0", Some("fd00::1"), 1024), ("fe80::/64", None, 256)]);
        assert_eq!(strange, 0);
        let (addresses, _) = addresses_6(b"00000000000000000000000000000001 01 80 10 80       lo\n");
        assert_eq!(addresses, [Address { interface: "lo".into(), address: "::1/128".into() }]);
    }

    #[test]
    fn neighbours_keep_their_hardware_address() {
        let text = b"IP address       HW type     Flags       HW address            Mask     Device\n\
            192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0\n";
        let (neighbours, strange) = neighbours(text);
        assert_eq!((neighbours[0].hardware.as_str(), neighbours[0].interface.as_str()), ("02:fc:00:00:00:05", "eth0"));
        assert_eq!(strange, 0);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_fail(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (routes(&text), routes_6(&text), neighbours(&text), addresses_6(&text));
        }
    }
}
