//! The headers are generated from src/ffi: those for C by cbindgen, PHP's copy from them. Every name in them has a comment.

#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write;

/// The files that include/rediscluster.h is generated from, in the order of their functions.
const C_SOURCES: &[&str] = &[
    "src/ffi/version.rs",
    "src/ffi/status.rs",
    "src/ffi/error.rs",
    "src/ffi/nodes.rs",
    "src/ffi/cluster.rs",
    "src/ffi/derived.rs",
    "src/ffi/session.rs",
    "src/ffi/client_loop.rs",
    "src/ffi/log.rs",
    "src/ffi/reply.rs",
    "src/ffi/partition.rs",
    // The reply and its index, which need no other form for C.
    "src/resp/reply.rs",
    "src/resp/index.rs",
];
/// Likewise for include/rediscluster_php.h.
const PHP_SOURCES: &[&str] =
    &["src/ffi/php/version.rs", "src/ffi/php/reply.rs", "src/ffi/php/cluster.rs", "src/ffi/php/session.rs", "src/ffi/php/log.rs"];

fn c_header() -> String {
    generate("cbindgen.toml", C_SOURCES, Some(version_macros()))
}

fn php_header() -> String {
    generate("cbindgen_php.toml", PHP_SOURCES, None)
}

fn generate(config: &str, sources: &[&str], after_includes: Option<String>) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join(config)).expect("a configuration of cbindgen");
    config.after_includes = after_includes;
    let builder = sources.iter().fold(cbindgen::Builder::new().with_config(config), |builder, source| builder.with_src(root.join(source)));
    let mut text = Vec::new();
    builder.generate().expect("a header").write(&mut text);
    without_safety_sections(&String::from_utf8(text).expect("UTF-8"))
}

/// From Cargo.toml, as cbindgen does not export text.
fn version_macros() -> String {
    let [major, minor, patch] = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")]
        .map(|number| number.parse::<u32>().expect("a number"));
    let mut text = String::new();
    for (name, value, comment) in [
        (
            "",
            format!("{:?}", env!("CARGO_PKG_VERSION")),
            "The version of this header as text. `rediscluster_version` returns that of the loaded library.",
        ),
        ("_MAJOR", major.to_string(), "The first number of the version."),
        ("_MINOR", minor.to_string(), "The second number of the version."),
        ("_PATCH", patch.to_string(), "The third number of the version."),
        (
            "_NUMBER",
            (major * 10000 + minor * 100 + patch).to_string(),
            "The version as one number, to compare in #if: major * 10000 + minor * 100 + patch.",
        ),
    ] {
        write!(text, "\n// {comment}\n#define REDISCLUSTER_VERSION{name} {value}\n").expect("a string grows");
    }
    text.trim_end().to_owned()
}

/// The `# Safety` sections are for Rust; they repeat what C always requires of pointers.
fn without_safety_sections(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.trim() == "// # Safety" {
            inside = true;
            if lines.last() == Some(&"//") {
                lines.pop();
            }
        }
        inside &= line.starts_with("//");
        if !inside {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

/// Both headers as FFI::load and FFI::cdef understand them: without comments and directives, except for two directives of PHP's own.
fn php_copy() -> String {
    let abi = env!("REDISCLUSTER_ABI_VERSION");
    format!("#define FFI_SCOPE \"rediscluster\"\n#define FFI_LIB \"librediscluster.so.{abi}\"\n")
        + &preprocessed_for_php(&c_header())
        + &preprocessed_for_php(&php_header())
}

/// The lines that remain for PHP. In our headers every `#ifndef` holds for PHP (not C++, not included before), and every `#if` and `#ifdef`
/// does not (C++, C23).
fn preprocessed_for_php(header: &str) -> String {
    let mut text = String::new();
    // For each open directive, whether it holds.
    let mut open: Vec<bool> = Vec::new();
    for line in header.lines() {
        match line.split_whitespace().next() {
            Some("#ifndef") => open.push(true),
            Some("#ifdef" | "#if") => open.push(false),
            Some("#else") => open.iter_mut().last().into_iter().for_each(|holds| *holds = !*holds),
            Some("#endif") => drop(open.pop()),
            Some(word) if word.starts_with('#') || word.starts_with("//") || word.starts_with("/*") || word.starts_with('*') => {}
            Some(_) if open.iter().all(|&holds| holds) => text += &format!("{line}\n"),
            _ => {}
        }
    }
    text
}

/// The typedefs, fields, enums, enum values, macros and functions of a header that have no comment in the line before.
fn undocumented(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut enums: Vec<String> = Vec::new();
    let (mut has_comment, mut in_block_comment, mut in_body, mut in_function) = (false, false, false, false);
    for line in header.lines() {
        let words: Vec<&str> =
            line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty()).collect();
        in_block_comment |= line.trim_start().starts_with("/*");
        let is_comment = in_block_comment || line.trim_start().starts_with("//");
        in_block_comment &= !line.trim_end().ends_with("*/");
        let name = if is_comment || line.trim().is_empty() || std::mem::replace(&mut in_function, false) {
            in_function = !is_comment && !line.trim().is_empty() && !line.ends_with(';') && !in_body && line.starts_with(' ');
            None
        } else if line.starts_with('#') {
            // The guard has no value.
            (line.starts_with("#define") && words.len() > 2).then(|| words[1])
        } else if line.starts_with('}') {
            in_body = false;
            None
        } else if in_body {
            words.last().copied().filter(|_| !line.trim_start().starts_with(':')).map(|_| line.trim())
        } else if line.starts_with("enum ") {
            enums.push(words[1].to_owned());
            in_body = line.ends_with('{');
            Some(words[1])
        } else if line.trim() == "{" {
            in_body = true;
            None
        } else if line.starts_with("typedef") {
            in_body = line.ends_with('{');
            let name = words[words.len() - 1];
            (!enums.iter().any(|known| known == name)).then_some(name)
        } else if line.contains('(') {
            in_function = !line.ends_with(';');
            Some(line)
        } else {
            None
        };
        found.extend(name.filter(|_| !has_comment).map(str::to_owned));
        has_comment = is_comment;
    }
    found
}

#[test]
fn the_c_header_is_up_to_date() {
    support::generated::check("include/rediscluster.h", &c_header());
}

#[test]
fn the_header_of_the_php_interface_is_up_to_date() {
    support::generated::check("include/rediscluster_php.h", &php_header());
}

#[test]
fn the_copy_of_the_php_binding_is_up_to_date() {
    support::generated::check("bindings/php/include/rediscluster_ffi.h", &php_copy());
}

#[test]
fn every_name_in_the_headers_has_a_comment() {
    for (name, header) in [("rediscluster.h", c_header()), ("rediscluster_php.h", php_header())] {
        assert_eq!(undocumented(&header), [""; 0], "in {name}");
        assert!(header.matches("rediscluster_status rediscluster_").count() > 5, "{name} was not read as a header");
    }
}

#[test]
fn a_missing_comment_is_found() {
    let header = "\
/* A header,
 * with text (of several lines).
 */
#ifndef GUARD_H
#define GUARD_H

#define NO_COMMENT 1

// A comment.
#define COMMENT 1

// An enum.
enum with_comment
#if __STDC_VERSION__ >= 202311L
  : int32_t
#endif
 {
  // A value.
  VALUE = 0,
  NO_VALUE = 1,
};
typedef int32_t with_comment;
enum without_comment {
  // A value.
  OTHER = 0,
};

// This comment belongs to nothing.

typedef struct opaque opaque;

// A struct.
typedef struct pair {
  // A field.
  int first;
  const uint8_t *second;
} pair;

// A function.
int documented(int a,
               int b);

int undocumented(int a,
                 int b);
void also_undocumented(void);
#endif
";
    let expected = [
        "NO_COMMENT",
        "NO_VALUE = 1,",
        "without_comment",
        "opaque",
        "const uint8_t *second;",
        "int undocumented(int a,",
        "void also_undocumented(void);",
    ];
    assert_eq!(undocumented(header), expected);
}
