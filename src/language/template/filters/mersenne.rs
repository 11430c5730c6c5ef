//! Python's random numbers: the Mersenne Twister MT19937, seeded as `random.Random(seed)` is.

use sha1::Digest as _;

const SIZE: usize = 624;

/// The generator.
pub struct Twister {
    state: [u32; SIZE],
    index: usize,
}

impl Twister {
    /// Seeded with a text.
    pub fn from_text(seed: &str) -> Twister {
        let mut bytes = seed.as_bytes().to_vec();
        bytes.extend(sha2::Sha512::digest(seed.as_bytes()));
        bytes.reverse();
        let words = bytes.chunks(4).map(|chunk| chunk.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)));
        Twister::from_words(&words.collect::<Vec<_>>())
    }

    /// Seeded with an integer, whose sign does not count.
    pub fn from_integer(seed: i128) -> Twister {
        let mut rest = seed.unsigned_abs();
        let mut words = Vec::new();
        while rest > 0 || words.is_empty() {
            words.push(rest as u32);
            rest >>= 32;
        }
        Twister::from_words(&words)
    }

    fn from_words(key: &[u32]) -> Twister {
        let end = key.iter().rposition(|word| *word != 0).map_or(1, |at| at + 1);
        let key = &key[..end.min(key.len())];
        let mut state = [0u32; SIZE];
        state[0] = 19_650_218;
        let mixed = |state: &[u32; SIZE], i: usize| state[i - 1] ^ (state[i - 1] >> 30);
        for i in 1..SIZE {
            state[i] = mixed(&state, i).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        let mut i = 1;
        let advance = |state: &mut [u32; SIZE], i: usize| {
            if i + 1 < SIZE {
                return i + 1;
            }
            state[0] = state[SIZE - 1];
            1
        };
        for step in 0..SIZE.max(key.len()) {
            let j = step % key.len();
            state[i] = (state[i] ^ mixed(&state, i).wrapping_mul(1_664_525)).wrapping_add(key[j]).wrapping_add(j as u32);
            i = advance(&mut state, i);
        }
        for _ in 1..SIZE {
            state[i] = (state[i] ^ mixed(&state, i).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i = advance(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Twister { state, index: SIZE }
    }

    /// The next 32 random bits.
    fn next(&mut self) -> u32 {
        if self.index == SIZE {
            for i in 0..SIZE {
                let y = self.state[i] & 0x8000_0000 | self.state[(i + 1) % SIZE] & 0x7fff_ffff;
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % SIZE] ^ (y >> 1) ^ odd;
            }
            self.index = 0;
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// A number below `limit`, which must not be zero, as `randrange` draws it.
    pub fn below(&mut self, limit: u64) -> u64 {
        let bits = u64::BITS - limit.leading_zeros();
        loop {
            let drawn = self.bits(bits);
            if drawn < limit {
                return drawn;
            }
        }
    }

    fn bits(&mut self, count: u32) -> u64 {
        if count <= 32 {
            return u64::from(self.next() >> (32 - count.max(1)));
        }
        let low = u64::from(self.next());
        low | u64::from(self.next() >> (64 - count)) << 32
    }
}
