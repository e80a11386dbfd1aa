use std::collections::HashMap;

use undersign_protocol::bytes::to_base64url;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the file.
    pub file: usize,
    /// Bytes before it.
    pub offset: usize,
}

/// Values are found by this many of their first bytes.
const START: usize = 8;

/// Values that are searched for together, each as it is, in hexadecimal digits and in base64.
pub struct Search {
    /// Whether anything begins with these two bytes: most places are done with after a look at it.
    begins: Vec<bool>,
    by_start: HashMap<[u8; START], Vec<(usize, Vec<u8>)>>,
    values: usize,
}

impl Search {
    /// For these values, of at least eight bytes each.
    pub fn new<V: AsRef<[u8]>>(values: &[V]) -> Self {
        let mut search = Self { begins: vec![false; 1 << 16], by_start: HashMap::new(), values: values.len() };
        for (index, value) in values.iter().map(AsRef::as_ref).enumerate() {
            let hexadecimal: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
            for form in [value.to_vec(), hexadecimal.into_bytes(), to_base64url(value).into_bytes()] {
                let start = *form.first_chunk::<START>().expect("eight bytes");
                search.begins[usize::from(u16::from_be_bytes([start[0], start[1]]))] = true;
                search.by_start.entry(start).or_default().push((index, form));
            }
        }
        search
    }

    /// Every place of each value, in the order of files and offsets.
    pub fn run<'a>(&self, files: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<Place>> {
        let mut found = vec![Vec::new(); self.values];
        for (file, bytes) in files.into_iter().enumerate() {
            for offset in 0..bytes.len().saturating_sub(START - 1) {
                if !self.begins[usize::from(bytes[offset]) << 8 | usize::from(bytes[offset + 1])] {
                    continue;
                }
                let here = &bytes[offset..];
                let forms = here.first_chunk::<START>().and_then(|start| self.by_start.get(start));
                for (index, _) in forms.into_iter().flatten().filter(|(_, form)| here.starts_with(form)) {
                    found[*index].push(Place { file, offset });
                }
            }
        }
        found
    }
}
