//! The release of a server, as `INFO server` reports it.

/// The first two numbers of `redis_version`. Valkey reports the release of Redis that it is compatible with. `None` if there is no version.
pub(crate) fn release(info: &[u8]) -> Option<(u32, u32)> {
    let text = String::from_utf8_lossy(info);
    let mut numbers = text.lines().find_map(|line| line.strip_prefix("redis_version:"))?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_numbers_are_compared() {
        assert_eq!(release(b"# Server\r\nredis_version:7.0.15\r\nos:Linux\r\n"), Some((7, 0)));
        assert_eq!(release(b"redis_version:10.2.0-rc1\r\n"), Some((10, 2)));
        for info in [&b""[..], b"redis_version:\r\n", b"redis_version:unstable\r\n"] {
            assert_eq!(release(info), None);
        }
    }
}
