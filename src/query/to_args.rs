//! Arguments of commands from Rust values.

use crate::resp::Args;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Display;
use std::io::Write;

/// Values that can be the arguments of a command.
///
/// Texts, byte slices, numbers and `bool` (`1` or `0`) are one argument. Tuples, slices, arrays, `Vec`, sets and maps are the arguments of their
/// elements, one after the other; a slice of `u8` is one argument. `None` is no argument.
///
/// ```
/// # use rediscluster::ToArgs;
/// # fn takes(_: impl ToArgs) {}
/// takes("PING");
/// takes(("SET", "key", 1.5, "EX", 60));
/// takes(("MSET", [("a", 1), ("b", 2)]));
/// takes(("SET", "key", b"\xff\0", Some("NX")));
/// ```
pub trait ToArgs {
    /// Appends the arguments.
    fn write_args(&self, args: &mut ArgWriter);

    /// Appends the arguments of a slice of such values.
    #[doc(hidden)]
    fn write_slice(slice: &[Self], args: &mut ArgWriter)
    where
        Self: Sized,
    {
        slice.iter().for_each(|value| value.write_args(args));
    }
}

/// The arguments of a command, which [`ToArgs`] appends to.
#[derive(Default)]
pub struct ArgWriter {
    bytes: Vec<u8>,
    /// The end of each argument.
    ends: SmallVec<[usize; 8]>,
}

impl ArgWriter {
    pub(crate) fn of(values: &impl ToArgs) -> ArgWriter {
        let mut args = ArgWriter::default();
        values.write_args(&mut args);
        args
    }

    /// Appends an argument of any bytes.
    pub fn push(&mut self, argument: &[u8]) {
        self.bytes.extend_from_slice(argument);
        self.ends.push(self.bytes.len());
    }

    /// Appends the text of a value as an argument.
    pub fn push_text(&mut self, value: impl Display) {
        // Writing to memory does not fail.
        let _ = write!(self.bytes, "{value}");
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn slices(&self) -> Args<'_> {
        let mut start = 0;
        self.ends.iter().map(|&end| &self.bytes[std::mem::replace(&mut start, end)..end]).collect()
    }
}

impl ToArgs for str {
    fn write_args(&self, args: &mut ArgWriter) {
        args.push(self.as_bytes());
    }
}

impl ToArgs for String {
    fn write_args(&self, args: &mut ArgWriter) {
        args.push(self.as_bytes());
    }
}

impl ToArgs for bool {
    fn write_args(&self, args: &mut ArgWriter) {
        args.push(if *self { b"1" } else { b"0" });
    }
}

impl ToArgs for u8 {
    fn write_args(&self, args: &mut ArgWriter) {
        args.push_text(self);
    }

    fn write_slice(slice: &[u8], args: &mut ArgWriter) {
        args.push(slice);
    }
}

macro_rules! integers {
    ($($number:ty)*) => {$(
        impl ToArgs for $number {
            fn write_args(&self, args: &mut ArgWriter) {
                args.push_text(self);
            }
        }
    )*};
}

integers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

macro_rules! floats {
    ($($number:ty)*) => {$(
        impl ToArgs for $number {
            /// With an exponent only where the digits would be many.
            fn write_args(&self, args: &mut ArgWriter) {
                match self.abs() {
                    size if size.is_finite() && size != 0.0 && !(1e-5..1e16).contains(&size) => args.push_text(format_args!("{self:e}")),
                    _ => args.push_text(self),
                }
            }
        }
    )*};
}

floats!(f32 f64);

impl<T: ToArgs + ?Sized> ToArgs for &T {
    fn write_args(&self, args: &mut ArgWriter) {
        (**self).write_args(args);
    }
}

impl<T: ToArgs + ?Sized> ToArgs for Box<T> {
    fn write_args(&self, args: &mut ArgWriter) {
        (**self).write_args(args);
    }
}

impl<T: ToArgs + ToOwned + ?Sized> ToArgs for Cow<'_, T> {
    fn write_args(&self, args: &mut ArgWriter) {
        (**self).write_args(args);
    }
}

impl<T: ToArgs> ToArgs for Option<T> {
    fn write_args(&self, args: &mut ArgWriter) {
        self.iter().for_each(|value| value.write_args(args));
    }
}

impl<T: ToArgs> ToArgs for [T] {
    fn write_args(&self, args: &mut ArgWriter) {
        T::write_slice(self, args);
    }
}

impl<T: ToArgs, const N: usize> ToArgs for [T; N] {
    fn write_args(&self, args: &mut ArgWriter) {
        T::write_slice(self, args);
    }
}

impl<T: ToArgs> ToArgs for Vec<T> {
    fn write_args(&self, args: &mut ArgWriter) {
        T::write_slice(self, args);
    }
}

macro_rules! sets {
    ($($set:ident<$($generic:ident),*>)*) => {$(
        impl<T: ToArgs, $($generic),*> ToArgs for $set<T, $($generic),*> {
            fn write_args(&self, args: &mut ArgWriter) {
                self.iter().for_each(|value| value.write_args(args));
            }
        }
    )*};
}

sets!(HashSet<S> BTreeSet<>);

macro_rules! maps {
    ($($map:ident<$($generic:ident),*>)*) => {$(
        impl<K: ToArgs, V: ToArgs, $($generic),*> ToArgs for $map<K, V, $($generic),*> {
            fn write_args(&self, args: &mut ArgWriter) {
                self.iter().for_each(|pair| pair.write_args(args));
            }
        }
    )*};
}

maps!(HashMap<S> BTreeMap<>);

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: impl ToArgs) -> Vec<String> {
        ArgWriter::of(&values).slices().iter().map(|argument| argument.escape_ascii().to_string()).collect()
    }

    #[test]
    fn values_are_the_arguments_that_they_look_like() {
        assert_eq!(texts(("SET", "k", String::from("v"), b"\xff\0", &[1u8, 2][..])), ["SET", "k", "v", r"\xff\x00", r"\x01\x02"]);
        assert_eq!(texts((-1, 7u8, u64::MAX, true, false)), ["-1", "7", "18446744073709551615", "1", "0"]);
        assert_eq!(texts(("ZADD", [(1.5, "a"), (2.0, "b")])), ["ZADD", "1.5", "a", "2", "b"]);
        assert_eq!(texts((1e300, 1e-7, 0.1, f64::INFINITY, -0.0)), ["1e300", "1e-7", "0.1", "inf", "-0"]);
        assert_eq!(texts(("MGET", vec!["a", "b"], Some("c"), None::<i32>)), ["MGET", "a", "b", "c"]);
        assert_eq!(texts(("HSET", BTreeMap::from([("f", 1), ("g", 2)]))), ["HSET", "f", "1", "g", "2"]);
        assert_eq!(texts(""), [""]);
        assert_eq!(texts(()), [""; 0]);
    }
}
