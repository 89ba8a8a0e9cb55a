//! The checksum of serialised values: CRC-64/Jones, eight bytes at a time.

const POLYNOMIAL: u64 = 0xad93_d235_94c9_35a9_u64.reverse_bits();

static TABLES: [[u64; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
};

pub(crate) fn crc64(bytes: &[u8]) -> u64 {
    let mut words = bytes.chunks_exact(8);
    let mut sum = 0_u64;
    for word in &mut words {
        let word: [u8; 8] = word.try_into().unwrap_or_default();
        let mixed = (sum ^ u64::from_le_bytes(word)).to_le_bytes();
        sum = (0..8).fold(0, |all, at| all ^ TABLES[7 - at][mixed[at] as usize]);
    }
    words.remainder().iter().fold(sum, |sum, byte| TABLES[0][(sum as u8 ^ byte) as usize] ^ sum >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue_comes_out() {
        assert_eq!(crc64(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
        assert_eq!(crc64(b""), 0);
    }

    #[test]
    fn eight_bytes_at_a_time_are_as_good_as_one_by_one() {
        let bytes: Vec<u8> = (0..1000_u32).map(|at| ((at * at) >> 3) as u8).collect();
        for length in 0..100 {
            let bytes = &bytes[length..length * 9];
            let slow = bytes.iter().fold(0, |sum: u64, byte| TABLES[0][(sum as u8 ^ byte) as usize] ^ sum >> 8);
            assert_eq!(crc64(bytes), slow);
        }
    }
}
