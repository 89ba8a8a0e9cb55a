//! Random numbers from a seed that is printed, so that a failed test can be repeated: `SEED=… cargo test`.

pub struct Random(u64);

/// `SEED`, by default always 1, so that a failure is due to a change of the code. `SEED=random`, which `make soak` and `make chaos` set,
/// chooses a new seed. Prints the seed.
pub fn seed() -> u64 {
    let seed = match std::env::var("SEED").as_deref() {
        Err(_) => 1,
        Ok("random") => std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_nanos() as u64,
        Ok(text) => text.parse().expect("SEED is a number, or `random`"),
    };
    println!("SEED={seed}");
    seed
}

impl Random {
    pub fn seeded() -> Random {
        Random::from_seed(seed())
    }

    pub fn from_seed(seed: u64) -> Random {
        Random(seed | 1)
    }

    /// One of many independent streams of a seed.
    pub fn stream(seed: u64, number: u64) -> Random {
        Random::from_seed(seed.rotate_left(32) ^ number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// xorshift64*.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}
