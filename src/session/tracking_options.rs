//! The options of CLIENT TRACKING.

use std::collections::BTreeSet;

/// The mode of tracking, after a server has accepted the options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrackingOptions {
    /// BCAST: all keys that begin with one of the prefixes are announced, not those that were read.
    pub is_broadcast: bool,
    /// OPTIN: only keys of commands after CLIENT CACHING YES are tracked.
    pub opts_in: bool,
    /// OPTOUT: keys of commands after CLIENT CACHING NO are not tracked.
    pub opts_out: bool,
    /// NOLOOP: the session's own writes are not announced.
    pub ignores_own_writes: bool,
    /// Of BCAST; empty: all keys.
    pub prefixes: BTreeSet<Vec<u8>>,
}

impl TrackingOptions {
    /// Reads the arguments after ON. If tracking was on already, BCAST adds its prefixes to those that it had; the other options are replaced.
    pub(crate) fn parse(args: &[&[u8]], before: Option<&TrackingOptions>) -> TrackingOptions {
        let mut options = TrackingOptions::default();
        let mut rest = args;
        while let [word, after @ ..] = rest {
            rest = after;
            let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
            options.is_broadcast |= is("BCAST");
            options.opts_in |= is("OPTIN");
            options.opts_out |= is("OPTOUT");
            options.ignores_own_writes |= is("NOLOOP");
            if let [value, after @ ..] = rest
                && (is("PREFIX") || is("REDIRECT"))
            {
                rest = after;
                if is("PREFIX") {
                    options.prefixes.insert(value.to_vec());
                }
            }
        }
        if let Some(before) = before.filter(|before| before.is_broadcast && options.is_broadcast) {
            // The prefix of all keys has no name here.
            let has_all = before.prefixes.is_empty() || options.prefixes.is_empty();
            options.prefixes = if has_all { BTreeSet::new() } else { &before.prefixes | &options.prefixes };
        }
        options
    }

    /// The arguments of CLIENT TRACKING ON.
    pub(crate) fn words(&self) -> Vec<&[u8]> {
        let mut words: Vec<&[u8]> = Vec::new();
        for (is_set, word) in
            [(self.is_broadcast, "BCAST"), (self.opts_in, "OPTIN"), (self.opts_out, "OPTOUT"), (self.ignores_own_writes, "NOLOOP")]
        {
            words.extend(is_set.then_some(word.as_bytes()));
        }
        self.prefixes.iter().for_each(|prefix| words.extend([&b"PREFIX"[..], prefix]));
        words
    }

    /// Whether a server tracks the keys of a command that reads, after CLIENT CACHING if `is_caching_given`.
    pub(crate) fn tracks_reads(&self, is_caching_given: bool) -> bool {
        match (self.opts_in, self.opts_out) {
            (true, _) => is_caching_given,
            (_, true) => !is_caching_given,
            _ => !self.is_broadcast,
        }
    }

    /// The flags of CLIENT TRACKINGINFO.
    pub(crate) fn flags(&self, is_caching_given: bool) -> Vec<&'static str> {
        let flags = [
            (true, "on"),
            (self.is_broadcast, "bcast"),
            (self.opts_in, "optin"),
            (self.opts_in && is_caching_given, "caching-yes"),
            (self.opts_out, "optout"),
            (self.opts_out && is_caching_given, "caching-no"),
            (self.ignores_own_writes, "noloop"),
        ];
        flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect()
    }
}

/// The positions of the ids after REDIRECT among the arguments of CLIENT TRACKING.
pub(crate) fn redirect_positions(args: &[&[u8]]) -> Vec<usize> {
    let mut positions = Vec::new();
    let mut at = 3;
    while at < args.len() {
        let has_value = ["REDIRECT", "PREFIX"].iter().any(|word| args[at].eq_ignore_ascii_case(word.as_bytes()));
        if has_value && at + 1 < args.len() {
            at += 1;
            if args[at - 1].eq_ignore_ascii_case(b"REDIRECT") {
                positions.push(at);
            }
        }
        at += 1;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&[u8]> {
        text.split(' ').map(str::as_bytes).collect()
    }

    #[test]
    fn a_second_broadcast_adds_prefixes() {
        let first = TrackingOptions::parse(&words("bcast PREFIX a redirect 7"), None);
        assert_eq!(first.words(), words("BCAST PREFIX a"));
        let second = TrackingOptions::parse(&words("NOLOOP BCAST PREFIX b PREFIX optin"), Some(&first));
        assert_eq!(second.words(), words("BCAST NOLOOP PREFIX a PREFIX b PREFIX optin"));
        assert_eq!(TrackingOptions::parse(&words("BCAST"), Some(&second)).words(), words("BCAST"));
        assert_eq!(TrackingOptions::parse(&words("OPTIN"), Some(&first)).words(), words("OPTIN"));
    }

    #[test]
    fn only_values_of_redirect_are_ids() {
        assert_eq!(redirect_positions(&words("CLIENT TRACKING ON REDIRECT 1 PREFIX redirect redirect 2 REDIRECT")), [4, 8]);
    }
}
