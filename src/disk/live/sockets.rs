//! The socket tables of `/proc/net`: addresses decoded, states by name. Pure parsing; the owners are joined later.

// Plain address types, to write numbers as addresses: nothing here can reach a network.
use core::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::disk::live::{exact, shown};

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Address.
    pub address: String,
    /// Port; of a raw socket the protocol.
    pub port: u16,
}

/// A socket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// Table it stood in: `tcp` `tcp6` `udp` `udp6` `udplite` `udplite6` `raw` `raw6` `icmp` `icmp6` `unix` `packet`
    /// `netlink`.
    pub protocol: String,
    /// The network namespace whose table it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_namespace: Option<u64>,
    /// Its number: handles name it as `socket:[N]`. 0 once nobody holds it.
    pub inode: u64,
    /// Our end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<End>,
    /// The other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<End>,
    /// State, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// User that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Bytes waiting to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_queue: Option<u64>,
    /// Bytes waiting to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receive_queue: Option<u64>,
    /// `stream` `datagram` `seqpacket` `raw`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name of a unix socket, escaped; `@` begins one without a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_b64: Option<String>,
    /// Ethernet protocol or netlink family, as a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Index of the interface (0: all).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<u32>,
    /// Who holds it.
    pub owners: Vec<Owner>,
}

/// A process that holds a socket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The process.
    pub pid: u32,
    /// Its handle.
    pub fd: u32,
}

/// Takes a table apart, socket by socket; how many lines were not understood. `protocol` is its name below `/proc/net`.
pub fn table(protocol: &str, text: &[u8], mut each: impl FnMut(Socket)) -> u64 {
    let line = match protocol {
        "unix" => unix,
        "packet" => packet,
        "netlink" => netlink,
        _ => internet,
    };
    let mut strange = 0;
    // The first line names the columns.
    for text in text.split(|&byte| byte == b'\n').skip(1).filter(|text| !text.trim_ascii().is_empty()) {
        match line(text, protocol) {
            Some(socket) => each(Socket { protocol: protocol.to_owned(), ..socket }),
            None => strange += 1,
        }
    }
    strange
}

fn words(line: &[u8]) -> Option<Vec<&str>> {
    Some(std::str::from_utf8(line).ok()?.split_ascii_whitespace().collect())
}

/// `sl local remote st tx:rx tr:when retrnsmt uid timeout inode …`
fn internet(line: &[u8], protocol: &str) -> Option<Socket> {
    let words = words(line)?;
    let word = |at: usize| words.get(at).copied();
    let (send, receive) = word(4)?.split_once(':')?;
    Some(Socket {
        inode: word(9)?.parse().ok()?,
        local: Some(end(word(1)?)?),
        remote: Some(end(word(2)?)?),
        state: Some(state(protocol, u8::from_str_radix(word(3)?, 16).ok()?)),
        uid: Some(word(7)?.parse().ok()?),
        send_queue: Some(u64::from_str_radix(send, 16).ok()?),
        receive_queue: Some(u64::from_str_radix(receive, 16).ok()?),
        ..Socket::default()
    })
}

/// `0100007F:0016`: the address in words of 32 bits as the machine holds them, the port as a number.
fn end(text: &str) -> Option<End> {
    let (address, port) = text.split_once(':')?;
    Some(End { address: address_of(address)?, port: u16::from_str_radix(port, 16).ok()? })
}

/// An address of the kernel's tables: 8 or 32 hexadecimal digits, each 8 of them a word in the machine's byte order.
pub(super) fn address_of(hex: &str) -> Option<String> {
    let words = hex.as_bytes().chunks(8).map(|chunk| {
        let word = std::str::from_utf8(chunk).ok().filter(|word| word.len() == 8)?;
        Some(u32::from_str_radix(word, 16).ok()?.to_ne_bytes())
    });
    match words.collect::<Option<Vec<_>>>()?.as_slice() {
        [word] => Some(Ipv4Addr::from(*word).to_string()),
        [a, b, c, d] => {
            let bytes: [u8; 16] = [*a, *b, *c, *d].concat().try_into().ok()?;
            Some(Ipv6Addr::from(bytes).to_string())
        }
        _ => None,
    }
}

/// The kernel's numbers (net/tcp_states.h); other protocols use two of them.
fn state(protocol: &str, number: u8) -> String {
    const TCP: [&str; 12] = [
        "established",
        "syn_sent",
        "syn_received",
        "fin_wait_1",
        "fin_wait_2",
        "time_wait",
        "close",
        "close_wait",
        "last_ack",
        "listen",
        "closing",
        "new_syn_received",
    ];
    let name = TCP.get(usize::from(number).wrapping_sub(1));
    match (name, number) {
        (_, 7) if !protocol.starts_with("tcp") => "unconnected".to_owned(),
        (Some(name), _) => (*name).to_owned(),
        (None, _) => number.to_string(),
    }
}

/// `Num RefCount Protocol Flags Type St Inode Path`; the path is the rest of the line, spaces and all.
fn unix(line: &[u8], _: &str) -> Option<Socket> {
    let mut rest = line;
    let mut fields = Vec::new();
    for _ in 0..7 {
        rest = rest.trim_ascii_start();
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        fields.push(std::str::from_utf8(rest.get(..end)?).ok()?);
        rest = rest.get(end..)?;
    }
    let path = rest.strip_prefix(b" ").filter(|path| !path.is_empty());
    let flags = u32::from_str_radix(fields.get(3)?, 16).ok()?;
    let kind = u16::from_str_radix(fields.get(4)?, 16).ok()?;
    let state = match (flags & 0x1_0000 != 0, u8::from_str_radix(fields.get(5)?, 16).ok()?) {
        (true, _) => "listen".to_owned(),
        (_, 1) => "unconnected".to_owned(),
        (_, 2) => "connecting".to_owned(),
        (_, 3) => "connected".to_owned(),
        (_, 4) => "disconnecting".to_owned(),
        (_, number) => number.to_string(),
    };
    Some(Socket {
        inode: fields.get(6)?.parse().ok()?,
        state: Some(state),
        kind: Some(kind_name(kind)),
        path: path.map(shown),
        path_b64: path.and_then(exact),
        ..Socket::default()
    })
}

fn kind_name(number: u16) -> String {
    match number {
        1 => "stream".to_owned(),
        2 => "datagram".to_owned(),
        3 => "raw".to_owned(),
        5 => "seqpacket".to_owned(),
        10 => "packet".to_owned(),
        other => other.to_string(),
    }
}

/// `sk RefCnt Type Proto Iface R Rmem User Inode`: something listens below the protocols (a sniffer, a DHCP client).
fn packet(line: &[u8], _: &str) -> Option<Socket> {
    let words = words(line)?;
    let word = |at: usize| words.get(at).copied();
    Some(Socket {
        inode: word(8)?.parse().ok()?,
        uid: Some(word(7)?.parse().ok()?),
        kind: Some(kind_name(word(2)?.parse().ok()?)),
        number: Some(u32::from_str_radix(word(3)?, 16).ok()?),
        interface: Some(word(4)?.parse().ok()?),
        receive_queue: Some(word(6)?.parse().ok()?),
        ..Socket::default()
    })
}

/// `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`.
fn netlink(line: &[u8], _: &str) -> Option<Socket> {
    let words = words(line)?;
    let word = |at: usize| words.get(at).copied();
    Some(Socket {
        inode: word(9)?.parse().ok()?,
        number: Some(word(1)?.parse().ok()?),
        receive_queue: Some(word(4)?.parse().ok()?),
        send_queue: Some(word(5)?.parse().ok()?),
        ..Socket::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(protocol: &str, text: &[u8]) -> (Vec<Socket>, u64) {
        let mut sockets = Vec::new();
        let strange = table(protocol, text, |socket| sockets.push(socket));
        (sockets, strange)
    }
    use proptest::prelude::*;

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    #[test]
    fn addresses_ports_and_states_are_decoded() {
        let text = format!(
            "{HEAD}   0: 0100007F:0016 0200000A:D431 01 00000010:00000020 00:00000000 00000000  1000        0 4711 1 0 20\n\
             \n   1: broken\n"
        );
        let (sockets, strange) = all("tcp", text.as_bytes());
        assert_eq!((sockets.len(), strange), (1, 1));
        let socket = &sockets[0];
        if cfg!(target_endian = "little") {
            assert_eq!(socket.local, Some(End { address: "127.0.0.1".into(), port: 22 }));
            assert_eq!(socket.remote, Some(End { address: "10.0.0.2".into(), port: 54321 }));
        }
        assert_eq!((socket.state.as_deref(), socket.uid, socket.inode), (Some("established"), Some(1000), 4711));
        assert_eq!((socket.send_queue, socket.receive_queue), (Some(16), Some(32)));
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn an_address_of_version_6_is_four_words() {
        assert_eq!(address_of("00000000000000000000000001000000").as_deref(), Some("::1"));
        assert_eq!(address_of("0000000000000000FFFF00000100007F").as_deref(), Some("::ffff:127.0.0.1"));
        assert_eq!(address_of("B80D0120000000000000000001000000").as_deref(), Some("2001:db8::1"));
        for wrong in ["", "01", "0100007G", "0100007F0100007F", "日本日本日本日本日本日"] {
            assert_eq!(address_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn other_protocols_have_no_states_of_tcp() {
        assert_eq!(
            (state("udp", 7), state("tcp", 7), state("tcp6", 10)),
            ("unconnected".into(), "close".into(), "listen".into())
        );
        assert_eq!((state("tcp", 0), state("tcp", 99)), ("0".into(), "99".into()));
    }

    #[test]
    fn a_unix_socket_keeps_every_byte_of_its_name() {
        let text = b"Num       RefCount Protocol Flags    Type St Inode Path\n\
            0000000039d76e94: 00000002 00000000 00010000 0001 01  1069 /run/a b \xff\n\
            0000000039d76e95: 00000002 00000000 00000000 0002 01 10699 @hidden\n\
            0000000039d76e96: 00000003 00000000 00000000 0005 03  1070\n";
        let (sockets, strange) = all("unix", text);
        assert_eq!(strange, 0);
        let brief: Vec<_> = sockets.iter().map(|s| (s.inode, s.state.as_deref().unwrap(), s.path.as_deref())).collect();
        let wanted = [
            (1069, "listen", Some("/run/a b \\xff")),
            (10699, "unconnected", Some("@hidden")),
            (1070, "connected", None),
        ];
        assert_eq!(brief, wanted);
        assert!(sockets[0].path_b64.is_some() && sockets[1].path_b64.is_none());
    }

    #[test]
    fn sockets_below_the_protocols_are_told() {
        let text = b"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n\
            00000000db200423 3      3    0003   2     1 0      0      5151\n";
        let (sockets, _) = all("packet", text);
        assert_eq!((sockets[0].number, sockets[0].interface, sockets[0].inode), (Some(3), Some(2), 5151));
        let text = b"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n\
            00000000db200423 15  123        00000000 0        0        0     2        0        4 \n";
        assert_eq!(all("netlink", text).0[0].number, Some(15));
    }

    proptest! {
        #[test]
        fn no_table_makes_a_parser_fail(text in proptest::collection::vec(any::<u8>(), 0..400)) {
            for protocol in ["tcp", "udp6", "unix", "packet", "netlink"] {
                let _ = all(protocol, &[b"\n", text.as_slice()].concat());
            }
        }
    }
}
