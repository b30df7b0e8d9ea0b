//! The values that a PDF is made of (ISO 32000-1, 7.3).

use std::collections::BTreeMap;

/// A dictionary. Names are held with a character a byte, so that two that differ stay two.
pub(super) type Dict = BTreeMap<String, Value>;

/// Number and generation of an object.
pub(super) type Id = (u32, u16);

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(Vec<u8>),
    Name(String),
    List(Vec<Value>),
    Dict(Dict),
    /// A stream: its dictionary, where its bytes begin in the file, and the object that it is.
    Stream(Box<Stream>),
    Ref(Id),
}

/// A stream that was not read yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stream {
    pub(super) dict: Dict,
    pub(super) at: u64,
    pub(super) id: Id,
}

impl Value {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self) -> Option<u64> {
        self.number().filter(|n| (0.0..9e15).contains(n)).map(|n| n as u64)
    }

    pub(super) fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The dictionary of a dictionary or a stream.
    pub(super) fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    pub(super) fn id(&self) -> Option<Id> {
        if let Self::Ref(id) = self { Some(*id) } else { None }
    }
}
