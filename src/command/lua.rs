//! The calls of commands in the source of a Lua script, as far as they can be read without running it.

/// A call of `redis.call` or `redis.pcall`: its arguments, and `None` for each that is not a literal. The first argument is the command's name.
pub(crate) type ScriptCall<'s> = Vec<Option<&'s [u8]>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'s> {
    /// A name or a number.
    Word(&'s [u8]),
    /// A string without its quotes. `None` if it has escape sequences.
    Text(Option<&'s [u8]>),
    Symbol(u8),
}

/// The calls in a script. Calls through a variable are found if it was assigned by `name = redis.call`.
pub(crate) fn calls(source: &[u8]) -> Vec<ScriptCall<'_>> {
    let tokens = tokens(source);
    let mut aliases: Vec<&[u8]> = Vec::new();
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        if let [Token::Word(name), Token::Symbol(b'='), target @ ..] = rest
            && is_call_function(target)
            && !matches!(target.get(3), Some(Token::Symbol(b'(') | Token::Text(_)))
        {
            aliases.push(name);
        }
        let arguments = match rest {
            [Token::Word(_), Token::Symbol(b'.'), Token::Word(_), arguments @ ..] if is_call_function(rest) => arguments,
            [Token::Word(name), arguments @ ..] if aliases.contains(name) => arguments,
            _ => continue,
        };
        match arguments {
            [Token::Symbol(b'('), arguments @ ..] => found.push(literals(arguments)),
            [Token::Text(name), ..] => found.push(vec![*name]),
            _ => {}
        }
    }
    found
}

/// Whether the tokens begin with `redis.call`. Valkey has `server` as another name for `redis`.
fn is_call_function(tokens: &[Token]) -> bool {
    let [Token::Word(table), Token::Symbol(b'.'), Token::Word(function), ..] = tokens else { return false };
    [&b"redis"[..], b"server"].contains(table) && [&b"call"[..], b"pcall"].contains(function)
}

/// The arguments up to the closing parenthesis.
fn literals<'s>(tokens: &[Token<'s>]) -> ScriptCall<'s> {
    let mut call = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol(b'(' | b'[' | b'{') => depth += 1,
            Token::Symbol(b')' | b']' | b'}') if depth > 0 => depth -= 1,
            Token::Symbol(b',') if depth == 0 => {
                call.push(literal(&tokens[start..at]));
                start = at + 1;
            }
            Token::Symbol(b')') => {
                call.push(literal(&tokens[start..at]));
                break;
            }
            _ => {}
        }
    }
    call
}

fn literal<'s>(argument: &[Token<'s>]) -> Option<&'s [u8]> {
    match argument {
        [Token::Text(text)] => *text,
        [Token::Word(number)] if number[0].is_ascii_digit() => Some(number),
        _ => None,
    }
}

fn tokens(source: &[u8]) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        let rest = &source[at..];
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        at += match byte {
            b'-' if rest.starts_with(b"--") => 2 + comment(&rest[2..]),
            b'\'' | b'"' => {
                let length = quoted(&rest[1..], byte);
                let text = &rest[1..1 + length];
                tokens.push(Token::Text((!text.contains(&b'\\')).then_some(text)));
                length + 2
            }
            b'[' if let Some((text, length)) = long_bracket(rest) => {
                // A line break right after the bracket is not part of the string.
                tokens.push(Token::Text(Some(text.strip_prefix(b"\n").unwrap_or(text))));
                length
            }
            _ if word > 0 => {
                tokens.push(Token::Word(&rest[..word]));
                word
            }
            _ => {
                if !byte.is_ascii_whitespace() {
                    tokens.push(Token::Symbol(byte));
                }
                1
            }
        };
    }
    tokens
}

/// The length of a comment after its dashes.
fn comment(rest: &[u8]) -> usize {
    match long_bracket(rest) {
        Some((_, length)) => length,
        None => rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
    }
}

/// The length of a string up to its closing quote.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    at.min(rest.len())
}

/// The text of `[[text]]`, `[=[text]=]` and so on, and the length with the brackets.
fn long_bracket(rest: &[u8]) -> Option<(&[u8], usize)> {
    let level = rest.strip_prefix(b"[")?.iter().take_while(|&&byte| byte == b'=').count();
    let inside = rest[1 + level..].strip_prefix(b"[")?;
    let close: Vec<u8> = [&b"]"[..], &b"=".repeat(level), b"]"].concat();
    let length = inside.windows(close.len()).position(|window| window == close);
    Some(match length {
        Some(length) => (&inside[..length], 2 * close.len() + length),
        None => (inside, rest.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The calls, with `?` for what is not a literal.
    fn found(source: &str) -> Vec<String> {
        let word = |word: &Option<&[u8]>| word.map_or("?".into(), |word| String::from_utf8_lossy(word).into_owned());
        calls(source.as_bytes()).iter().map(|call| call.iter().map(word).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn literals_and_other_arguments_are_told_apart() {
        assert_eq!(found("return redis.call('SET', \"x\", ARGV[1])"), ["SET x ?"]);
        assert_eq!(found("redis.pcall ( [[GET]], [==[a]]b]==], 5, f(1, {2, 3}), 'a' .. b )"), ["GET a]]b 5 ? ?"]);
        assert_eq!(found("return server.call('PING'), redis.call'DBSIZE'"), ["PING", "DBSIZE"]);
        assert_eq!(found(r"redis.call('GET', 'it\'s', 'x')"), ["GET ? x"]);
        assert_eq!(found("redis.call('DEL', unpack(KEYS))"), ["DEL ?"]);
        assert_eq!(found("redis.call(ARGV[1], redis.call('GET', 'y'))"), ["? ?", "GET y"]);
    }

    #[test]
    fn calls_through_a_variable_are_found() {
        assert_eq!(found("local call, x = redis.call, 1\nlocal c = redis.call\nc('GET', 'x')"), ["GET x"]);
        assert_eq!(found("local a = redis.call('GET', 'x') a('b')"), ["GET x"]);
    }

    #[test]
    fn comments_and_strings_have_no_calls() {
        assert!(found("-- redis.call('GET', 'x')\n--[[ redis.call('GET', 'x') ]] return \"redis.call('GET','x')\"").is_empty());
        assert_eq!(found("--[==[ ]] ]==] redis.call('GET', 'x') -- \n"), ["GET x"]);
    }

    #[test]
    fn incomplete_scripts_are_read_to_their_end() {
        for source in ["redis.call(", "redis.call('GET", "redis.call('GET\\", "--[[", "[[", "redis", "redis.call('GET', 'x'", "\"\\"] {
            calls(source.as_bytes());
        }
    }
}
