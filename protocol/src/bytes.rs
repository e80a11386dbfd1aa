use crate::base64::Base64;

/// Why text is not the base64url of a byte string of the expected size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// A character outside base64url, padding, or trailing bits that are not zero.
    #[error("not base64url without padding")]
    Encoding,
    /// The byte string has another size.
    #[error("wrong size")]
    Size,
}

/// Encodes as base64url without padding (RFC 4648 §5), the form of all bytes in our JSON.
pub fn to_base64url(bytes: &[u8]) -> String {
    Base64::URL_UNPADDED.encode(bytes)
}

/// Decodes base64url without padding. One text for one byte string: padding and non-zero trailing bits are refused.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, BytesError> {
    Base64::URL_UNPADDED.decode(text).ok_or(BytesError::Encoding)
}

/// Encodes as base64url with padding, the form that RFC 9577 §2.2 and RFC 9578 §4 use.
pub fn to_padded_base64url(bytes: &[u8]) -> String {
    Base64::URL.encode(bytes)
}

/// Decodes base64url with padding (RFC 9577 §2.2).
pub fn from_padded_base64url(text: &str) -> Result<Vec<u8>, BytesError> {
    Base64::URL.decode(text).ok_or(BytesError::Encoding)
}

/// Encodes as plain base64 with padding (RFC 4648 §4), the form of C2SP's notes.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    Base64::STANDARD.encode(bytes)
}

/// Decodes plain base64 with padding; `None` where it is not the one text of these bytes.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::STANDARD.decode(text)
}

/// Makes a public byte string of a fixed size: base64url in text and JSON, compared and ordered by its bytes.
macro_rules! byte_string {
    ($(#[$meta:meta])* $name:ident, $size:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        // Moved eight bytes at a time, also out of a `Result`: in WebAssembly half the code.
        #[repr(align(8))]
        pub struct $name([u8; $size]);

        impl $name {
            /// Size in bytes.
            pub const SIZE: usize = $size;

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl From<[u8; $size]> for $name {
            fn from(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = $crate::bytes::BytesError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                let bytes = bytes
                    .try_into()
                    .map_err(|_| $crate::bytes::BytesError::Size)?;
                Ok(Self(bytes))
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::bytes::to_base64url(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::bytes::BytesError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from($crate::bytes::from_base64url(text)?.as_slice())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        $crate::json_text!($name);
    };
}
pub(crate) use byte_string;
