use std::str::FromStr;

use toml::de::DeValue;
use undersign_protocol::petition::{Language, Localized};

use super::text_rules::{one_line, placeholder, placeholder_sentence};
use super::toml_reader::{Entry, Reader, Table, Told};

/// Most characters of a localised line (the protocol's rule).
const LINE: usize = 1_000;

/// Integers in canonical JSON stay below 2^53 (the protocol's rule).
const INTEGER_LIMIT: u64 = 1 << 53;

/// From entries to values. Each either gives the value or tells why there is none.
impl<'a> Reader<'a> {
    /// A text. Times may stand without quotation marks, as TOML has them.
    pub fn text(&mut self, entry: Entry<'a>) -> Result<String, Told> {
        let text = match entry.value {
            DeValue::String(text) => text.into_owned(),
            DeValue::Datetime(time) => time.to_string(),
            _ => return Err(self.wrong_type(&entry, "a text in quotation marks")),
        };
        match placeholder(&text) {
            Some(left) => Err(self.tell(Some(entry.line), placeholder_sentence(left))),
            None => Ok(text),
        }
    }

    /// A text that is read into a type; `form` says what it must look like.
    pub fn parse<T: FromStr>(&mut self, entry: Entry<'a>, form: &str) -> Result<T, Told> {
        let (path, line) = (entry.path.clone(), entry.line);
        let text = self.text(entry)?;
        text.parse().map_err(|_| self.tell(Some(line), format!("{path} must be {form}")))
    }

    /// A whole number.
    pub fn number(&mut self, entry: Entry<'a>) -> Result<u64, Told> {
        whole(&entry.value).ok_or_else(|| self.wrong_type(&entry, "a whole number, not below zero and not huge"))
    }

    /// A list of whole numbers.
    pub fn numbers(&mut self, entry: Entry<'a>) -> Result<Vec<u64>, Told> {
        let numbers = match &entry.value {
            DeValue::Array(items) => items.iter().map(|item| whole(item.get_ref())).collect(),
            _ => None,
        };
        numbers.ok_or_else(|| self.wrong_type(&entry, "a list of whole numbers, such as [100, 500, 1000]"))
    }

    /// A table.
    pub fn section(&mut self, entry: Entry<'a>) -> Result<Table<'a>, Told> {
        match entry.value {
            DeValue::Table(entries) => Ok(self.table(format!("{}.", entry.path), Some(entry.line), entries)),
            _ => Err(self.wrong_type(&entry, "a table")),
        }
    }

    /// The tables `[[…]]`, in their order.
    pub fn sections(&mut self, entry: Entry<'a>) -> Result<Vec<Table<'a>>, Told> {
        let is_list =
            matches!(&entry.value, DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()));
        let DeValue::Array(items) = entry.value else { return Err(self.not_sections(&entry)) };
        if !is_list {
            let entry = Entry { value: DeValue::Array(items), ..entry };
            return Err(self.not_sections(&entry));
        }
        let mut sections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let line = self.line_at(item.span().start);
            if let DeValue::Table(entries) = item.into_inner() {
                sections.push(self.table(format!("{}.{index}.", entry.path), Some(line), entries));
            }
        }
        Ok(sections)
    }

    /// One line in each of the petition's languages, and in no other.
    pub fn localized(&mut self, entry: Entry<'a>) -> Result<Localized, Told> {
        if self.languages.is_empty() {
            // That no language has a folder is told once, for the folder.
            return Err(Told);
        }
        let DeValue::Table(entries) = entry.value else {
            let wanted = format!("a text in each language: {}", self.localized_form());
            return Err(self.wrong_type(&entry, &wanted));
        };
        let mut texts = Localized::new();
        let mut whole = Ok(());
        let mut given = Vec::new();
        for (name, value) in entries {
            let line = self.line_at(name.span().start);
            let Some(language) = self.known_language(name.get_ref()) else {
                let sentence = format!("{}: there is no folder {}/ for this language", entry.path, name.get_ref());
                whole = Err(self.tell(Some(line), sentence));
                continue;
            };
            given.push(language.clone());
            let path = format!("{}.{language}", entry.path);
            match self.localized_text(Entry { path, line, value: value.into_inner() }) {
                Ok(text) => _ = texts.insert(language, text),
                Err(told) => whole = Err(told),
            }
        }
        for language in self.languages.iter().filter(|language| !given.contains(language)) {
            let sentence = format!("{} lacks the language {language}; add {language} = \"…\"", entry.path);
            whole = Err(self.tell(Some(entry.line), sentence));
        }
        whole.map(|()| texts)
    }

    /// How a text in all languages is written: `{ en = "…", ru = "…" }`.
    pub fn localized_form(&self) -> String {
        let texts: Vec<String> = self.languages.iter().map(|language| format!("{language} = \"…\"")).collect();
        format!("{{ {} }}", texts.join(", "))
    }

    /// Records that a value has another type than the wanted one.
    fn wrong_type(&mut self, entry: &Entry<'a>, wanted: &str) -> Told {
        let found = match entry.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.tell(Some(entry.line), format!("{} must be {wanted}; here is {found}", entry.path))
    }

    fn not_sections(&mut self, entry: &Entry<'a>) -> Told {
        self.wrong_type(entry, &format!("written as [[{}]], with two brackets, as often as needed", entry.path))
    }

    fn localized_text(&mut self, entry: Entry<'a>) -> Result<String, Told> {
        let (path, line) = (entry.path.clone(), entry.line);
        let text = self.text(entry)?;
        match one_line(&text, LINE) {
            Ok(()) => Ok(text),
            Err(sentence) => Err(self.tell(Some(line), format!("{path}: {sentence}"))),
        }
    }

    fn known_language(&self, name: &str) -> Option<Language> {
        self.languages.iter().find(|language| language.as_str() == name).cloned()
    }
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| *number < INTEGER_LIMIT)
}
