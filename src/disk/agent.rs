//! One question to an SSH agent and its answer, over the socket that the user's environment names: within a time, and no
//! longer than a limit.
//!
//! Knows the frame of a message (its length, then its bytes) and nothing of what it says: that is `seal::agent`.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use crate::model::limits::AGENT_REPLY_BYTES;

/// Asks the agent behind `socket` one question.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] when the whole takes longer than `patience`, [`io::ErrorKind::InvalidData`] for an answer that is
/// empty or over the limit, else what the kernel says.
pub fn ask(socket: &Path, question: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    let end = Instant::now() + patience;
    let mut stream = open(socket, patience)?;
    let length = u32::try_from(question.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    stream.set_write_timeout(Some(left(end)?))?;
    stream.write_all(&[&length.to_be_bytes()[..], question].concat()).map_err(timed)?;
    let mut head = [0; 4];
    fill(&mut stream, &mut head, end)?;
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if length == 0 || length > AGENT_REPLY_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("its answer claims to have {length} bytes")));
    }
    let mut answer = vec![0; length];
    fill(&mut stream, &mut answer, end)?;
    Ok(answer)
}

/// Connects, and gives up where nobody accepts.
fn open(socket: &Path, patience: Duration) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(socket)?;
    let handle = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&handle, Timeout::Send, Some(patience))?;
    connect(&handle, &address).map_err(|error| timed(error.into()))?;
    Ok(UnixStream::from(handle))
}

/// Reads until `buffer` is full. An agent that sends a byte now and then gets no more time by it.
fn fill(stream: &mut UnixStream, buffer: &mut [u8], end: Instant) -> io::Result<()> {
    let mut rest = buffer;
    while !rest.is_empty() {
        stream.set_read_timeout(Some(left(end)?))?;
        match stream.read(rest) {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            Ok(count) => rest = rest.get_mut(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(timed(error)),
        }
    }
    Ok(())
}

fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::Error::from(io::ErrorKind::TimedOut)) } else { Ok(left) }
}

/// The kernel's word for a time that is over is "it would block".
fn timed(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::Error::from(io::ErrorKind::TimedOut) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    /// An agent that sends this, and then nothing more for a while.
    fn against(answer: &'static [u8], hangs: bool) -> io::Result<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent");
        let listener = UnixListener::bind(&path).unwrap();
        let agent = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut question = [0; 5];
            stream.read_exact(&mut question).unwrap();
            assert_eq!(question, [0, 0, 0, 1, 11]);
            stream.write_all(answer).unwrap();
            if hangs {
                std::thread::sleep(Duration::from_millis(600));
            }
        });
        let answered = ask(&path, &[11], Duration::from_millis(300));
        agent.join().unwrap();
        answered
    }

    #[test]
    fn an_answer_is_taken_whole_and_no_more() {
        assert_eq!(against(&[0, 0, 0, 2, 12, 7, 99, 99], false).unwrap(), [12, 7]);
    }

    #[test]
    fn silence_ends_and_lengths_are_not_believed() {
        let kind = |answer, hangs| against(answer, hangs).unwrap_err().kind();
        assert_eq!(kind(&[], true), io::ErrorKind::TimedOut);
        assert_eq!(kind(&[0, 0, 0, 9, 12], true), io::ErrorKind::TimedOut);
        assert_eq!(kind(&[0, 0, 0, 9, 12], false), io::ErrorKind::UnexpectedEof);
        assert_eq!(kind(&[0xff, 0xff, 0xff, 0xff], false), io::ErrorKind::InvalidData);
        assert_eq!(kind(&[0, 0, 0, 0], false), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_socket_where_nobody_accepts_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent");
        assert_eq!(ask(&path, &[11], Duration::from_millis(50)).unwrap_err().kind(), io::ErrorKind::NotFound);
        let listener = UnixListener::bind(&path).unwrap();
        let mut kept = Vec::new();
        // Its queue is filled first.
        let error = loop {
            match open(&path, Duration::from_millis(50)) {
                Ok(stream) => kept.push(stream),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(listener);
    }
}
