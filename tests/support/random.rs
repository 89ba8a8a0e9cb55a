//! Random numbers from a seed that is printed, so that what failed can be run again: `SEED=… cargo test`.

pub struct Random(u64);

/// `SEED`; without it always the same one, so that a change is judged by what it changes. `SEED=random`, which `make soak` and
/// `make chaos` take, looks for something new. It is printed.
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
        Random::of(seed())
    }

    pub fn of(seed: u64) -> Random {
        Random(seed | 1)
    }

    /// One of the many streams of numbers that a seed stands for.
    pub fn stream(seed: u64, number: u64) -> Random {
        Random::of(seed.rotate_left(32) ^ number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The next number of xorshift64*.
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
