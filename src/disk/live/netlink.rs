//! What the kernel tells over netlink alone: neighbours of IP version 6, and addresses by interface.
//!
//! A netlink socket ends in the kernel: nothing leaves the machine, and nothing is asked of it but a list. The answers are
//! taken apart by bounds that they state themselves, each checked.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::io;

use rustix::io::retry_on_intr;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::model::limits;

/// A list that can be asked for (linux/rtnetlink.h).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Neighbours of version 6.
    Neighbours,
    /// Addresses of both versions.
    Addresses,
}

const DONE: u16 = 3;
const ERROR: u16 = 2;
const HEADER_BYTES: usize = 16;

impl List {
    /// The request: type, and family.
    fn request(self) -> [u8; 28] {
        let (kind, family): (u16, u8) = match self {
            Self::Neighbours => (30, 10),
            Self::Addresses => (22, 0),
        };
        let mut bytes = [0; 28];
        let (length, flags) = (28_u32.to_ne_bytes(), 0x301_u16.to_ne_bytes());
        let fields = length.iter().chain(&kind.to_ne_bytes()).chain(&flags).copied().collect::<Vec<u8>>();
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        if let Some(byte) = bytes.get_mut(HEADER_BYTES) {
            *byte = family;
        }
        bytes
    }
}

/// Asks the kernel for a list: the answer as it came, message behind message.
pub fn ask(list: List) -> io::Result<Vec<u8>> {
    let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    retry_on_intr(|| rustix::net::send(&socket, &list.request(), SendFlags::empty()))?;
    let mut answer = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (count, _) = retry_on_intr(|| rustix::net::recv(&socket, buffer.as_mut_slice(), RecvFlags::empty()))?;
        let part = buffer.get(..count).unwrap_or_default();
        answer.extend_from_slice(part);
        let last = messages(part).map(|(kind, _)| kind).last();
        if matches!(last, None | Some(DONE | ERROR)) {
            return Ok(answer);
        }
        if answer.len() > limits::VOLATILE_TEXT_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
}

/// The messages of an answer: kind and body. Ends at the first that does not hold what it says.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
        let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
        let body = bytes.get(HEADER_BYTES..length)?;
        bytes = bytes.get(length.checked_next_multiple_of(4)?..).unwrap_or_default();
        Some((kind, body))
    })
}

/// The attributes behind a message's fixed part: kind and value.
fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.checked_next_multiple_of(4)?..).unwrap_or_default();
        Some((kind, value))
    })
}

/// One neighbour: index of its interface, address, hardware address, state (linux/neighbour.h).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Index of the interface.
    pub interface: u32,
    /// Address.
    pub address: String,
    /// Hardware address, empty while it is not known.
    pub hardware: String,
    /// State, in hexadecimal.
    pub state: String,
}

/// The neighbours in an answer.
pub fn neighbours(answer: &[u8]) -> Vec<Neighbour> {
    let bodies = messages(answer).filter(|(kind, _)| *kind == 28).map(|(_, body)| body);
    bodies
        .filter_map(|body| {
            let find = |wanted| attributes(body.get(12..)?).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
            let hardware: Vec<String> = find(2).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect();
            let state = u16::from_ne_bytes(body.get(8..10)?.try_into().ok()?);
            Some(Neighbour {
                interface: u32::from_ne_bytes(body.get(4..8)?.try_into().ok()?),
                address: address(find(1)?)?,
                hardware: hardware.join(":"),
                state: format!("0x{state:x}"),
            })
        })
        .collect()
}

/// The addresses in an answer: index of the interface, and address with the length of its prefix.
pub fn addresses(answer: &[u8]) -> Vec<(u32, String)> {
    let bodies = messages(answer).filter(|(kind, _)| *kind == 20).map(|(_, body)| body);
    bodies
        .filter_map(|body| {
            let find = |wanted| attributes(body.get(8..)?).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
            let index = u32::from_ne_bytes(body.get(4..8)?.try_into().ok()?);
            // Of a point-to-point link the first is the other end's.
            let own = find(2).or_else(|| find(1))?;
            Some((index, format!("{}/{}", address(own)?, body.get(1)?)))
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|six| Ipv6Addr::from(six).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(HEADER_BYTES + body.len()).unwrap();
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &[0; 10], body].concat()
    }

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes =
            [&u16::try_from(value.len() + 4).unwrap().to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn neighbours_and_addresses_are_taken_out_of_their_messages() {
        let mut fixed = vec![10, 0, 0, 0];
        fixed.extend(7u32.to_ne_bytes());
        fixed.extend([2, 0, 0, 1]);
        let six = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let body = [fixed, attribute(1, &six), attribute(2, &[2, 0xfc, 0, 0, 0, 5])].concat();
        let answer = [message(28, &body), message(DONE, &[0; 4])].concat();
        let found = neighbours(&answer);
        assert_eq!((found.len(), found[0].interface), (1, 7));
        assert_eq!((found[0].address.as_str(), found[0].hardware.as_str()), ("fd00::1", "02:fc:00:00:00:05"));

        let mut fixed = vec![2, 24, 0, 0];
        fixed.extend(3u32.to_ne_bytes());
        let body = [fixed, attribute(1, &[192, 0, 2, 1]), attribute(2, &[192, 0, 2, 9])].concat();
        assert_eq!(addresses(&message(20, &body)), [(3, "192.0.2.9/24".to_owned())]);
    }

    #[test]
    fn the_kernel_answers_with_the_loopback_address() {
        // Where a sandbox refuses netlink there is nothing to compare.
        if let Ok(answer) = ask(List::Addresses) {
            let found = addresses(&answer);
            assert!(found.iter().any(|(_, address)| address == "127.0.0.1/8" || address == "::1/128"), "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_a_parser_fail(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (neighbours(&bytes), addresses(&bytes));
            let _ = (neighbours(&message(28, &bytes)), addresses(&message(20, &bytes)));
        }
    }
}
