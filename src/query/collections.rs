//! Rust collections from replies.

use crate::error::Error;
use crate::query::from_value::FromValue;
use crate::resp::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value<'_>) -> Result<Vec<T>, Error> {
        T::vec_from_value(value)
    }
}

impl<T: FromValue + Eq + Hash, S: BuildHasher + Default> FromValue for HashSet<T, S> {
    fn from_value(value: Value<'_>) -> Result<HashSet<T, S>, Error> {
        Ok(T::vec_from_value(value)?.into_iter().collect())
    }
}

impl<T: FromValue + Ord> FromValue for BTreeSet<T> {
    fn from_value(value: Value<'_>) -> Result<BTreeSet<T>, Error> {
        Ok(T::vec_from_value(value)?.into_iter().collect())
    }
}

impl<K: FromValue + Eq + Hash, V: FromValue, S: BuildHasher + Default> FromValue for HashMap<K, V, S> {
    fn from_value(value: Value<'_>) -> Result<HashMap<K, V, S>, Error> {
        Ok(<(K, V)>::vec_from_value(value)?.into_iter().collect())
    }
}

impl<K: FromValue + Ord, V: FromValue> FromValue for BTreeMap<K, V> {
    fn from_value(value: Value<'_>) -> Result<BTreeMap<K, V>, Error> {
        Ok(<(K, V)>::vec_from_value(value)?.into_iter().collect())
    }
}
