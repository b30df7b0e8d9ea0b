//! One header block (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU tar's own, and the seventh edition's, which has no signature).

pub(super) const BLOCK: usize = 512;

/// What a member is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Content, also of kinds that are not known (POSIX says so).
    File,
    /// The rest of a file that begins in another volume.
    Continued,
    /// A file with holes, in the old form of GNU tar: the map stands in the header.
    OldSparse,
    /// A link, folder, pipe or device: a name alone. Where it states a size some programs store its content, most do not.
    Bare,
    /// A folder, and the names of what is in it, for GNU tar's own use.
    Listing,
    /// The long name of the member that follows (GNU).
    LongName,
    /// The long target of a link (GNU), or a label: not for the member's name.
    Beside,
    /// Names and values for the member that follows, or for all that follow (pax).
    Pax,
    /// The same for all that follow.
    PaxForAll,
}

/// A header whose checksum is right.
pub(super) struct Header<'b> {
    block: &'b [u8; BLOCK],
}

impl<'b> Header<'b> {
    /// The header in this block, if it is one.
    pub(super) fn of(block: &'b [u8; BLOCK]) -> Option<Self> {
        let stated = number(block.get(148..156)?)?;
        // The checksum counts itself as blanks. Some old programs summed signed bytes.
        let bytes = || block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
        let sum: u64 = bytes().map(u64::from).sum();
        let signed: i64 = bytes().map(|byte| i64::from(byte as i8)).sum();
        let right = stated == sum || i64::try_from(stated).is_ok_and(|stated| stated == signed);
        // A block of zeros is no header, though a sum of nothing would be right.
        (right && sum != 256 && number(block.get(124..136)?).is_some()).then_some(Self { block })
    }

    fn field(&self, range: std::ops::Range<usize>) -> &'b [u8] {
        text(self.block.get(range).unwrap_or_default())
    }

    /// Name in its own bytes.
    pub(super) fn name(&self) -> Vec<u8> {
        // GNU keeps times where POSIX has the first part of the name.
        let prefix = if self.block.get(257..263) == Some(b"ustar\0") { self.field(345..500) } else { b"" };
        let name = self.field(0..100);
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// Bytes of content behind the header.
    pub(super) fn size(&self) -> u64 {
        self.block.get(124..136).and_then(number).unwrap_or(0)
    }

    pub(super) fn kind(&self) -> Kind {
        match self.block.get(156) {
            Some(b'1'..=b'6') => Kind::Bare,
            Some(b'D') => Kind::Listing,
            Some(b'L') => Kind::LongName,
            Some(b'K' | b'V') => Kind::Beside,
            Some(b'x' | b'X') => Kind::Pax,
            Some(b'g') => Kind::PaxForAll,
            Some(b'S') => Kind::OldSparse,
            Some(b'M') => Kind::Continued,
            // The seventh edition marks a folder by the end of its name alone.
            _ if self.size() == 0 && self.field(0..100).ends_with(b"/") => Kind::Bare,
            _ => Kind::File,
        }
    }

    /// The first stretches of an old sparse file, and whether a block of more follows.
    pub(super) fn stretches(&self) -> (Vec<(u64, u64)>, bool) {
        (stretches(self.block.get(386..482).unwrap_or_default()), self.block.get(482).is_some_and(|more| *more != 0))
    }
}

/// Pairs of offset and length.
pub(super) fn stretches(bytes: &[u8]) -> Vec<(u64, u64)> {
    let pair = |pair: &[u8]| {
        let (offset, length) = pair.split_at_checked(12)?;
        // An empty field ends the list; of a number that is none nothing can be said.
        let sound = offset.first().is_some_and(|byte| *byte != 0);
        sound.then(|| Some((number(offset)?, number(length)?))).flatten()
    };
    bytes.chunks_exact(24).map_while(pair).collect()
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number: octal digits between blanks, or, where it is too large for them, binary with the first bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let (first, rest) = field.split_first()?;
        // The second bit would make it negative.
        let begin = (first & 0x40 == 0).then_some(u64::from(first & 0x3F))?;
        return rest.iter().try_fold(begin, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0u64, |sum, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_each_form() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0\0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(0x2_0000_0000));
        assert_eq!(number(b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), None);
        assert_eq!(number(b"12x"), None);
    }
}
