/// How a struct stands in JSON: `strict`, where a member that is not named here is refused, or `open`, where it is passed over. Every
/// other rule is the same for all: members stand once and are all there, those that are `Option`s as `null` if need be. Those that
/// `omits` names are left out instead where there is none.
///
///     struct Point { x: u64, y: u64, name: Option<String> }
///     undersign_protocol::json_object!(strict Point { x, y as "why" } omits { name });
#[macro_export]
macro_rules! json_object {
    ($rule:ident $type:ident { $($field:ident $(as $name:literal)?),* $(,)? }
        $(omits { $($optional:ident $(as $optional_name:literal)?),+ $(,)? })?) => {
        $crate::json_object!(@read $rule $type { $($field $(as $name)?,)* $($($optional $(as $optional_name)?,)+)? });

        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> $crate::json::Value<'_> {
                let mut object = $crate::json::Object::new();
                $(object.member($crate::json_object!(@name $field $($name)?), &self.$field);)*
                $($(object.optional($crate::json_object!(@name $optional $($optional_name)?), &self.$optional);)+)?
                object.finish()
            }
        }
    };
    (@read $rule:ident $type:ident { $($field:ident $(as $name:literal)?,)* }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::JsonError> {
                let mut members = $crate::json::Members::of(value)?;
                $(let mut $field = None;)*
                $(members.read_into($crate::json_object!(@name $field $($name)?), &mut $field)?;)*
                $crate::json_object!(@end $rule members);
                // Unwrap safety: each place was read into.
                Ok(Self { $($field: $field.expect("a place that was read into is full"),)* })
            }
        }
    };
    (@end strict $members:ident) => { $members.finish()? };
    (@end open $members:ident) => {};
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}

/// How an enum without fields stands in JSON: as one of these words.
#[macro_export]
macro_rules! json_word {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::JsonError> {
                match value.string()? {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::json::JsonError::new("not one of the known words")),
                }
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> $crate::json::Value<'_> {
                let word = match self { $(Self::$variant => $word,)+ };
                $crate::json::Value::String(word.into())
            }
        }
    };
}

/// That a type stands in JSON as the text that it displays as and parses from.
#[macro_export]
macro_rules! json_text {
    ($type:ident) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::JsonError> {
                value.string()?.parse().map_err(|error| $crate::json::JsonError::of(&error))
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self) -> $crate::json::Value<'_> {
                $crate::json::Value::String(self.to_string().into())
            }
        }
    };
}

/// That serde reads and writes types as [`json`](crate::json) does, for programs that use serde_json.
#[macro_export]
macro_rules! serde_by_json {
    ($($type:ident),+ $(,)?) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    )+};
}
