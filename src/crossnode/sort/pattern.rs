//! The patterns of SORT: which key, and perhaps which field, is read for an element.

/// A pattern after BY or GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pattern<'a> {
    before: &'a [u8],
    after: &'a [u8],
    /// A field of a hash.
    pub field: Option<&'a [u8]>,
}

impl<'a> Pattern<'a> {
    /// `None`: it has no asterisk, so it names no key. An arrow `->` counts only after the asterisk, and only if something follows it. The server
    /// looks for neither after a NUL.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Pattern<'a>> {
        let visible = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        let star = text[..visible].iter().position(|&byte| byte == b'*')?;
        let (before, rest) = (&text[..star], &text[star + 1..]);
        let visible = &rest[..visible - star - 1];
        let arrow = visible.windows(2).position(|pair| pair == b"->").filter(|arrow| arrow + 2 < visible.len());
        Some(match arrow {
            Some(arrow) => Pattern { before, after: &rest[..arrow], field: Some(&rest[arrow + 2..]) },
            None => Pattern { before, after: rest, field: None },
        })
    }

    /// The key that is read for an element.
    pub(crate) fn key(&self, element: &[u8]) -> Vec<u8> {
        [self.before, element, self.after].concat()
    }
}

/// The arguments of a SORT that matter across nodes.
pub(crate) struct Clauses {
    /// The positions of the patterns after BY and GET.
    pub patterns: Vec<usize>,
    /// The position of the destination.
    pub store: Option<usize>,
}

/// `None`: the server will reject the arguments.
pub(crate) fn clauses(args: &[&[u8]]) -> Option<Clauses> {
    let mut clauses = Clauses { patterns: Vec::new(), store: None };
    let mut at = 2;
    while at < args.len() {
        let more = match args[at].to_ascii_uppercase().as_slice() {
            b"ASC" | b"DESC" | b"ALPHA" => 0,
            b"LIMIT" => 2,
            b"STORE" => {
                clauses.store = Some(at + 1);
                1
            }
            b"BY" | b"GET" => {
                clauses.patterns.push(at + 1);
                1
            }
            _ => return None,
        };
        at += 1 + more;
    }
    (at == args.len()).then_some(clauses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(pattern: &str) -> Option<(String, Option<String>)> {
        let pattern = Pattern::parse(pattern.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Some((text(&pattern.key(b"7")), pattern.field.map(text)))
    }

    #[test]
    fn the_first_asterisk_stands_for_the_element_and_an_arrow_after_it_precedes_a_field() {
        let plain = |key: &str| Some((key.to_owned(), None));
        assert_eq!(expanded("w_*"), plain("w_7"));
        assert_eq!(expanded("*"), plain("7"));
        assert_eq!(expanded("a*b*"), plain("a7b*"));
        assert_eq!(expanded("o_*->name"), Some(("o_7".into(), Some("name".into()))));
        assert_eq!(expanded("o_*x->a->b"), Some(("o_7x".into(), Some("a->b".into()))));
        assert_eq!(expanded("o_*->"), plain("o_7->"));
        assert_eq!(expanded("a->b*"), plain("a->b7"));
        assert_eq!(expanded("#"), None);
        assert_eq!(expanded("nosort"), None);
        assert_eq!(expanded("\0*"), None);
        assert_eq!(expanded("*\0->a"), plain("7\0->a"));
        assert_eq!(expanded("*->a\0b"), Some(("7".into(), Some("a\0b".into()))));
        assert_eq!(expanded("*->\0b"), plain("7->\0b"));
    }
}
