//! SHA-256 of one message without the SHA instructions: the schedules of blocks that follow each other are made ahead in vector
//! lanes, for they do not wait for the state; the rounds, which do, run in ordinary registers with `rorx` and `andn`.

use super::{Block, State};

/// Makes the schedules of as many blocks as it has lanes.
type Schedules<const N: usize> = unsafe fn(&[Block; N], &mut [[u32; N]; 64]);

/// The rounds of one block, whose schedule is column `lane`.
#[target_feature(enable = "bmi1,bmi2")]
#[inline]
fn rounds<const N: usize>(state: &mut State, schedules: &[[u32; N]; 64], lane: usize) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    // The words change places instead of their content; `b ^ c` is the `a ^ b` of the round before.
    let mut bc = b ^ c;
    macro_rules! round {
        ($words:ident $t:literal $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
            $h = $h.wrapping_add($words[$t][lane]).wrapping_add(($e & $f) ^ (!$e & $g));
            $h = $h.wrapping_add($e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25));
            $d = $d.wrapping_add($h);
            let ab = $a ^ $b;
            $h = $h.wrapping_add(bc & ab ^ $b);
            $h = $h.wrapping_add($a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22));
            bc = ab;
        };
    }
    for words in schedules.as_chunks::<8>().0 {
        round!(words 0 a b c d e f g h);
        round!(words 1 h a b c d e f g);
        round!(words 2 g h a b c d e f);
        round!(words 3 f g h a b c d e);
        round!(words 4 e f g h a b c d);
        round!(words 5 d e f g h a b c);
        round!(words 6 c d e f g h a b);
        round!(words 7 b c d e f g h a);
    }
    for (word, done) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(done);
    }
}

/// Runs all blocks of one message through SHA-256.
#[target_feature(enable = "bmi1,bmi2")]
#[expect(unsafe_code, reason = "the lanes that make the schedules want more than this function knows of")]
pub(super) fn sha256<const N: usize>(state: &mut State, data: &[Block], make: Schedules<N>) {
    let mut schedules = [[0; N]; 64];
    let (groups, rest) = data.as_chunks::<N>();
    for blocks in groups {
        // SAFETY: whoever names these lanes has proved that the CPU has them.
        unsafe { make(blocks, &mut schedules) };
        for lane in 0..N {
            rounds(state, &schedules, lane);
        }
    }
    if !rest.is_empty() {
        let mut blocks = [[0; 64]; N];
        blocks[..rest.len()].copy_from_slice(rest);
        // SAFETY: as above.
        unsafe { make(&blocks, &mut schedules) };
        for lane in 0..rest.len() {
            rounds(state, &schedules, lane);
        }
    }
}
