//! Which of 64 bytes are digits, which may join digits: the classes of a text as bits, made without a branch so that the compiler
//! uses the machine's vectors.

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// One bit for each byte of a block, the first the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) digits: u64,
    pub(super) joins: u64,
}

impl Masks {
    /// Of a block; what lies beyond the end of a text is neither.
    fn of(block: &[u8; BLOCK]) -> Self {
        // Loops over arrays, not iterators over closures: this is what becomes vector code.
        let (mut digits, mut joins) = ([0; BLOCK], [0; BLOCK]);
        for (flag, byte) in digits.iter_mut().zip(block) {
            *flag = u8::from(byte.wrapping_sub(b'0') < 10);
        }
        for (flag, byte) in joins.iter_mut().zip(block) {
            let is_bracket = (*byte == b'(') | (*byte == b')');
            *flag = u8::from((*byte == b' ') | (*byte == b'-') | (*byte == b'+') | is_bracket);
        }
        Self { digits: packed(&digits), joins: packed(&joins) }
    }
}

/// Bytes of 0 and 1 as bits.
fn packed(flags: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (eight, at) in flags.as_chunks::<8>().0.iter().zip((0_u32..).step_by(8)) {
        // Each factor of the product moves one flag into the highest byte.
        let byte = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= byte << at;
    }
    bits
}

/// The masks of a text, block by block.
pub(super) fn masks(text: &[u8]) -> impl Iterator<Item = Masks> + '_ {
    text.chunks(BLOCK).map(|chunk| match chunk.try_into() {
        Ok(block) => Masks::of(block),
        Err(_) => {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            Masks::of(&block)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::shape::joins_digits;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_bit_is_what_the_byte_is(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let all: Vec<Masks> = masks(&text).collect();
            prop_assert_eq!(all.len(), text.len().div_ceil(BLOCK));
            for (at, byte) in text.iter().enumerate() {
                let bit = |mask: u64| mask >> (at % BLOCK) & 1 == 1;
                prop_assert_eq!(bit(all[at / BLOCK].digits), byte.is_ascii_digit());
                prop_assert_eq!(bit(all[at / BLOCK].joins), joins_digits(*byte));
            }
            if let Some(last) = all.last() {
                let used = text.len() - (all.len() - 1) * BLOCK;
                prop_assert!(used == BLOCK || (last.digits | last.joins) >> used == 0);
            }
        }
    }
}
