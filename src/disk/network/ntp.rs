//! One question to a time server (SNTP, RFC 5905) and its answer: how far the machine's clock is from the server's.
//!
//! An answer counts only if it is to the question that was asked, and if the server says that its own clock is right.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use crate::model::limits::{NTP_SECONDS, NTP_TRIES};

/// What a server's answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How far the machine's clock is ahead of the server's, in nanoseconds.
    pub ahead_ns: i128,
    /// How long the answer was under way: the offset is as exact as half of it.
    pub round_trip_ns: i128,
    /// How many servers are between this one and a reference clock.
    pub stratum: u8,
    /// What the server goes by: four letters, or four bytes of an address.
    pub reference: [u8; 4],
    /// The machine's time when the answer came, in nanoseconds since 1970.
    pub at_ns: i128,
    /// The address that answered.
    pub address: SocketAddr,
}

/// Why there is no reading.
#[derive(Debug, thiserror::Error)]
pub enum NtpError {
    /// The name leads nowhere.
    #[error("its name leads to no address")]
    NoAddress(#[source] io::Error),
    /// The network.
    #[error("it was not reached")]
    Unreachable(#[source] io::Error),
    /// Nothing came.
    #[error("it did not answer within {NTP_SECONDS} seconds, {NTP_TRIES} times")]
    Silent,
    /// It answered that it will not (kiss-o'-death).
    #[error("it refused, with the code {0}")]
    Refused(String),
    /// Its own clock is not right, by its own word.
    #[error("it says that its own clock is not set")]
    Unsynchronised,
    /// Not an answer of a time server.
    #[error("its answer is none: {0}")]
    Answer(&'static str),
}

/// Bytes of a message without extensions.
const MESSAGE_BYTES: usize = 48;
/// From 1900, where NTP begins to count, to 1970.
const TO_1970: i128 = 2_208_988_800;
const NANOS: i128 = 1_000_000_000;
/// The usual port.
const PORT: u16 = 123;

/// The machine's time, in nanoseconds since 1970.
pub type Now<'a> = &'a dyn Fn() -> i128;

/// Asks `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`. `cookies` are random: an answer must repeat the one of its question.
///
/// # Errors
/// [`NtpError`].
pub fn ask(server: &str, cookies: [[u8; 8]; NTP_TRIES], now: Now<'_>) -> Result<Reading, NtpError> {
    let mut last = NtpError::Silent;
    for address in addresses(server)? {
        match ask_at(address, cookies, now) {
            // Who refuses is not asked again, at another of its addresses either.
            Err(error) if !matches!(error, NtpError::Refused(_)) => last = error,
            ended => return ended,
        }
    }
    Err(last)
}

fn ask_at(address: SocketAddr, cookies: [[u8; 8]; NTP_TRIES], now: Now<'_>) -> Result<Reading, NtpError> {
    let here = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(here).map_err(NtpError::Unreachable)?;
    // From here on the kernel gives only what comes from that address.
    socket.connect(address).map_err(NtpError::Unreachable)?;
    let mut last = NtpError::Silent;
    for cookie in cookies {
        match exchange(&socket, cookie, now) {
            Ok(Some(reading)) => return Ok(Reading { address, ..reading }),
            Ok(None) => {}
            // Who refuses is not asked again.
            Err(refused @ NtpError::Refused(_)) => return Err(refused),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The first addresses that a name leads to.
fn addresses(server: &str) -> Result<Vec<SocketAddr>, NtpError> {
    let bare = server.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(server);
    // One colon stands before a port; several and no bracket are an IPv6 address alone.
    let has_port =
        server.starts_with('[') && !server.ends_with(']') || bare == server && bare.matches(':').count() == 1;
    let found = if has_port { server.to_socket_addrs() } else { (bare, PORT).to_socket_addrs() };
    let found: Vec<SocketAddr> = found.map_err(NtpError::NoAddress)?.take(ADDRESSES).collect();
    if found.is_empty() { Err(NtpError::NoAddress(io::ErrorKind::NotFound.into())) } else { Ok(found) }
}

/// Addresses of one name that are tried.
const ADDRESSES: usize = 2;

/// One question; nothing if its time is over.
fn exchange(socket: &UdpSocket, cookie: [u8; 8], now: Now<'_>) -> Result<Option<Reading>, NtpError> {
    let mut question = [0; MESSAGE_BYTES];
    // Version 4, client. The time of sending stays ours: the field carries the cookie.
    question[0] = 0b00_100_011;
    question[MESSAGE_BYTES - 8..].copy_from_slice(&cookie);
    let end = Instant::now() + Duration::from_secs(NTP_SECONDS);
    let sent_ns = now();
    socket.send(&question).map_err(NtpError::Unreachable)?;
    let mut wrong = None;
    let mut buffer = [0; 1024];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return wrong.map_or(Ok(None), Err);
        }
        socket.set_read_timeout(Some(left)).map_err(NtpError::Unreachable)?;
        let count = match socket.recv(&mut buffer) {
            Ok(count) => count,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => continue,
            Err(error) => return Err(NtpError::Unreachable(error)),
        };
        let came_ns = now();
        match read(buffer.get(..count).unwrap_or_default(), cookie, (sent_ns, came_ns), socket.peer_addr()) {
            // Anybody can send something with that address on it: the answer to our question may still come.
            Err(error @ NtpError::Answer(_)) => wrong = Some(error),
            read => return read.map(Some),
        }
    }
}

/// What an answer says. `sent_ns` and `came_ns` are the machine's times.
///
/// # Errors
/// [`NtpError`]
pub fn read(
    answer: &[u8],
    cookie: [u8; 8],
    (sent_ns, came_ns): (i128, i128),
    address: io::Result<SocketAddr>,
) -> Result<Reading, NtpError> {
    let message: &[u8; MESSAGE_BYTES] =
        answer.first_chunk().ok_or(NtpError::Answer("it is shorter than a message of NTP"))?;
    let [head, stratum, ..] = *message;
    let (leap, version, mode) = (head >> 6, head >> 3 & 7, head & 7);
    let eight = |at: usize| message.get(at..).and_then(|rest| rest.first_chunk::<8>()).copied().unwrap_or_default();
    let reference = message.get(12..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    if mode != 4 || !(3..=4).contains(&version) {
        return Err(NtpError::Answer("it is no message of a time server"));
    }
    if eight(24) != cookie {
        return Err(NtpError::Answer("it is to another question"));
    }
    if stratum == 0 {
        let letters = reference.iter().all(u8::is_ascii_uppercase);
        let code = if letters { String::from_utf8_lossy(&reference).into_owned() } else { "(none)".to_owned() };
        return Err(NtpError::Refused(code));
    }
    if leap == 3 || stratum >= 16 {
        return Err(NtpError::Unsynchronised);
    }
    let (received, sent_back) = (eight(32), eight(40));
    if sent_back == [0; 8] || received == [0; 8] {
        return Err(NtpError::Answer("it has no time"));
    }
    let (received_ns, sent_back_ns) = (nanos(received), nanos(sent_back));
    let (there, under_way) = (sent_back_ns - received_ns, came_ns - sent_ns);
    if there < 0 || under_way < 0 || there > under_way + NANOS {
        return Err(NtpError::Answer("its times do not follow each other"));
    }
    Ok(Reading {
        ahead_ns: ((sent_ns - received_ns) + (came_ns - sent_back_ns)) / 2,
        round_trip_ns: (under_way - there).max(0),
        stratum,
        reference,
        at_ns: came_ns,
        address: address.map_err(NtpError::Unreachable)?,
    })
}

/// A time of NTP in nanoseconds since 1970. Its seconds begin anew in 2036: small ones are from then on.
fn nanos(time: [u8; 8]) -> i128 {
    let all = u64::from_be_bytes(time);
    let (seconds, fraction) = (i128::from(all >> 32), i128::from(all & 0xffff_ffff));
    let era = if all >> 63 == 1 { 0 } else { 1_i128 << 32 };
    (seconds + era - TO_1970) * NANOS + ((fraction * NANOS) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COOKIE: [u8; 8] = [9; 8];

    fn here() -> io::Result<SocketAddr> {
        Ok(([127, 0, 0, 1], 123).into())
    }

    fn time(ns: i128) -> [u8; 8] {
        let seconds = (ns.div_euclid(NANOS) + TO_1970) as u64 & 0xffff_ffff;
        let fraction = ((ns.rem_euclid(NANOS) << 32) / NANOS) as u64;
        (seconds << 32 | fraction).to_be_bytes()
    }

    fn answer(head: u8, stratum: u8, received: i128, sent: i128) -> Vec<u8> {
        let mut message = vec![head, stratum, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        message.extend(b"GPS\0");
        message.extend([0; 8]);
        message.extend(COOKIE);
        message.extend(time(received));
        message.extend(time(sent));
        message
    }

    const NOW: i128 = 1_790_000_000 * NANOS;

    #[test]
    fn offset_and_round_trip_are_those_of_the_four_times() {
        // The machine is 5 s ahead; 20 ms each way, 10 ms at the server.
        let ms = NANOS / 1_000;
        let message = answer(0x24, 1, NOW - 5 * NANOS + 20 * ms, NOW - 5 * NANOS + 30 * ms);
        let reading = read(&message, COOKIE, (NOW, NOW + 50 * ms), here()).unwrap();
        assert!((reading.ahead_ns - 5 * NANOS).abs() < 10 && (reading.round_trip_ns - 40 * ms).abs() < 10);
        assert_eq!((reading.stratum, &reading.reference), (1, b"GPS\0"));
        // Behind 2036 too.
        let late = 2_200_000_000 * NANOS;
        let reading = read(&answer(0x24, 2, late, late), COOKIE, (late, late), here()).unwrap();
        assert!(reading.ahead_ns.abs() < 10, "{reading:?}");
    }

    #[test]
    fn what_is_no_answer_to_the_question_does_not_count() {
        let tried = |head, stratum, cookie| read(&answer(head, stratum, NOW, NOW), cookie, (NOW, NOW), here());
        assert!(tried(0x24, 1, COOKIE).is_ok() && tried(0x1c, 15, COOKIE).is_ok());
        assert!(matches!(tried(0x24, 1, [8; 8]), Err(NtpError::Answer(_))));
        assert!(matches!(tried(0x23, 1, COOKIE), Err(NtpError::Answer(_))), "a client's message");
        assert!(matches!(tried(0x0c, 1, COOKIE), Err(NtpError::Answer(_))), "version 1");
        assert!(matches!(tried(0xe4, 1, COOKIE), Err(NtpError::Unsynchronised)), "leap 3");
        assert!(matches!(tried(0x24, 16, COOKIE), Err(NtpError::Unsynchronised)));
        let mut kiss = answer(0x24, 0, NOW, NOW);
        kiss[12..16].copy_from_slice(b"RATE");
        assert!(matches!(read(&kiss, COOKIE, (NOW, NOW), here()), Err(NtpError::Refused(code)) if code == "RATE"));
        let backwards = answer(0x24, 1, NOW, NOW - NANOS);
        assert!(matches!(read(&backwards, COOKIE, (NOW, NOW), here()), Err(NtpError::Answer(_))));
        let mut empty = answer(0x24, 1, NOW, NOW);
        empty[40..].fill(0);
        assert!(matches!(read(&empty, COOKIE, (NOW, NOW), here()), Err(NtpError::Answer(_))));
        let whole = answer(0x24, 1, NOW, NOW);
        assert!((0..MESSAGE_BYTES).all(|end| read(&whole[..end], COOKIE, (NOW, NOW), here()).is_err()));
    }

    #[test]
    fn names_ports_and_addresses_are_told_apart() {
        for (text, due) in [
            ("127.0.0.1", "127.0.0.1:123"),
            ("127.0.0.1:1123", "127.0.0.1:1123"),
            ("::1", "[::1]:123"),
            ("[::1]", "[::1]:123"),
            ("[::1]:1123", "[::1]:1123"),
        ] {
            assert_eq!(addresses(text).unwrap()[0].to_string(), due);
        }
        assert!(addresses("127.0.0.1:x").is_err() && addresses("").is_err());
    }

    proptest! {
        #[test]
        fn no_message_breaks_the_reader(bytes: Vec<u8>, stratum: u8, body in proptest::array::uniform32(0_u8..)) {
            let _ = read(&bytes, COOKIE, (NOW, NOW), here());
            let mut message = answer(0x24, stratum, NOW, NOW);
            message[16..].copy_from_slice(&body);
            message[24..32].copy_from_slice(&COOKIE);
            let _ = read(&message, COOKIE, (NOW, NOW), here());
        }
    }
}
