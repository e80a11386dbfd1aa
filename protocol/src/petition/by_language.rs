use std::ops::Index;

use super::Language;
use crate::json::{FromJson, JsonError, Object, ToJson, Value};

/// One thing in several languages, in their order. A petition has few, so a list does what a map would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByLanguage<T>(Vec<(Language, T)>);

/// One text in several languages.
pub type Localized = ByLanguage<String>;

impl<T> ByLanguage<T> {
    /// In no language.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// In this language.
    pub fn get(&self, language: &Language) -> Option<&T> {
        self.place(language).ok().map(|index| &self.0[index].1)
    }

    /// In this language, to be changed.
    pub fn get_mut(&mut self, language: &Language) -> Option<&mut T> {
        self.place(language).ok().map(|index| &mut self.0[index].1)
    }

    /// Whether it is there in this language.
    pub fn contains_key(&self, language: &Language) -> bool {
        self.place(language).is_ok()
    }

    /// Puts it there in one more language.
    ///
    /// # Returns
    /// What was there in this language.
    pub fn insert(&mut self, language: Language, value: T) -> Option<T> {
        match self.place(&language) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index].1, value)),
            Err(index) => {
                self.0.insert(index, (language, value));
                None
            }
        }
    }

    /// The first language and what is there.
    pub fn first_key_value(&self) -> Option<(&Language, &T)> {
        self.iter().next()
    }

    /// The languages.
    pub fn keys(&self) -> impl Iterator<Item = &Language> {
        self.0.iter().map(|(language, _)| language)
    }

    /// It, in each language.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// It, in each language, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The languages and what is there in them.
    pub fn iter(&self) -> impl Iterator<Item = (&Language, &T)> {
        self.0.iter().map(|(language, value)| (language, value))
    }

    /// Number of languages.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is there in no language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes it away in the first language.
    pub fn pop_first(&mut self) -> Option<(Language, T)> {
        (!self.is_empty()).then(|| self.0.remove(0))
    }

    /// Takes it away in all languages but those that are to stay.
    pub fn retain(&mut self, mut stays: impl FnMut(&Language, &T) -> bool) {
        self.0.retain(|(language, value)| stays(language, value));
    }

    /// Takes it away in all languages.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn place(&self, language: &Language) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(language))
    }
}

impl<T> Default for ByLanguage<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<(Language, T)> for ByLanguage<T> {
    fn from_iter<I: IntoIterator<Item = (Language, T)>>(items: I) -> Self {
        let mut all = Self::new();
        for (language, value) in items {
            all.insert(language, value);
        }
        all
    }
}

impl<T, const N: usize> From<[(Language, T); N]> for ByLanguage<T> {
    fn from(items: [(Language, T); N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for ByLanguage<T> {
    type Item = (Language, T);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a ByLanguage<T> {
    type Item = (&'a Language, &'a T);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<T> Index<&Language> for ByLanguage<T> {
    type Output = T;

    fn index(&self, language: &Language) -> &T {
        // As maps of the standard library do.
        self.get(language).expect("the language is there")
    }
}

/// Of a language that stands twice, the last value counts: canonical texts have none.
impl<T: FromJson> FromJson for ByLanguage<T> {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let mut all = Self::new();
        for member in value.object()? {
            let language = member.name.parse().map_err(|error| JsonError::of(&error))?;
            all.insert(language, T::from_json(&member.value).map_err(|error| error.within(&member.name))?);
        }
        Ok(all)
    }
}

impl<T: ToJson> ToJson for ByLanguage<T> {
    fn to_json(&self) -> Value<'_> {
        let mut object = Object::new();
        for (language, value) in self.iter() {
            object.member(language.as_str(), value);
        }
        object.finish()
    }
}
