//! Tuples: as arguments one after the other, and as replies with a fixed number of elements.

use crate::error::Error;
use crate::query::from_value::{FromValue, elements, mismatch, plain};
use crate::query::to_args::{ArgWriter, ToArgs};
use crate::resp::{Children, Value};

impl ToArgs for () {
    fn write_args(&self, _: &mut ArgWriter) {}
}

/// Any reply without an error in it, such as one of EXEC. Not recursive: a server decides how deeply values are nested.
impl FromValue for () {
    fn from_value(value: Value<'_>) -> Result<(), Error> {
        let mut unchecked = vec![plain(value)?];
        while let Some(value) = unchecked.pop() {
            if let Value::Array(children) = value {
                children.map(plain).try_for_each(|child| child.map(|child| unchecked.push(child)))?;
            }
        }
        Ok(())
    }
}

macro_rules! tuple {
    ($count:literal, $($name:ident)*) => {
        impl<$($name: ToArgs),*> ToArgs for ($($name,)*) {
            #[allow(non_snake_case)]
            fn write_args(&self, args: &mut ArgWriter) {
                let ($($name,)*) = self;
                $($name.write_args(args);)*
            }
        }

        impl<$($name: FromValue),*> FromValue for ($($name,)*) {
            fn from_value(value: Value<'_>) -> Result<Self, Error> {
                let mut values = elements(value)?;
                if values.len() != $count {
                    return Err(mismatch(value, concat!("an array of ", $count)));
                }
                Ok(($($name::from_value(values.next().unwrap_or(Value::Nil))?,)*))
            }

            /// From an array of arrays, or from one that has the elements of all tuples in turn.
            fn vec_from_value(value: Value<'_>) -> Result<Vec<Self>, Error> {
                let mut values = elements(value)?;
                if values.clone().all(|value| has_length(&value, $count)) {
                    return values.map(Self::from_value).collect();
                }
                if !values.len().is_multiple_of($count) {
                    return Err(mismatch(value, concat!("an array of groups of ", $count)));
                }
                let mut tuples = Vec::with_capacity(values.len() / $count);
                while values.len() > 0 {
                    tuples.push(($($name::from_value(values.next().unwrap_or(Value::Nil))?,)*));
                }
                Ok(tuples)
            }
        }
    };
}

fn has_length(value: &Value, count: usize) -> bool {
    matches!(value, Value::Array(children) if Children::len(children) == count)
}

tuple!(1, A);
tuple!(2, A B);
tuple!(3, A B C);
tuple!(4, A B C D);
tuple!(5, A B C D E);
tuple!(6, A B C D E F);
tuple!(7, A B C D E F G);
tuple!(8, A B C D E F G H);
tuple!(9, A B C D E F G H I);
tuple!(10, A B C D E F G H I J);
tuple!(11, A B C D E F G H I J K);
tuple!(12, A B C D E F G H I J K L);
