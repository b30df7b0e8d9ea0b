//! The idle class of the disk's queue (ioprio_set(2)), which no safe library of ours reaches.

#![expect(unsafe_code, reason = "one system call that takes three numbers")]

use std::io;

/// IOPRIO_WHO_PROCESS of linux/ioprio.h: a thread, by its number.
const WHO: libc::c_int = 1;
/// This thread.
const SELF: libc::c_int = 0;
/// IOPRIO_CLASS_IDLE, at its place in the number: served when nobody else wants the disk.
const IDLE: libc::c_int = 3 << 13;

/// Puts this thread, and all that it starts later, into the idle class.
pub(super) fn enter() -> io::Result<()> {
    // SAFETY: ioprio_set takes three integers, and no memory of ours.
    let result = unsafe { libc::syscall(libc::SYS_ioprio_set, WHO, SELF, IDLE) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class() -> libc::c_long {
        // SAFETY: ioprio_get takes two integers, and no memory of ours.
        unsafe { libc::syscall(libc::SYS_ioprio_get, WHO, SELF) }
    }

    #[test]
    fn a_thread_and_those_that_it_starts_are_idle_and_no_other() {
        let before = class();
        let (own, inherited) = std::thread::spawn(|| {
            enter().unwrap();
            (class(), std::thread::spawn(class).join().unwrap())
        })
        .join()
        .unwrap();
        assert_eq!((own, inherited), (libc::c_long::from(IDLE), libc::c_long::from(IDLE)));
        assert_eq!(class(), before);
    }
}
