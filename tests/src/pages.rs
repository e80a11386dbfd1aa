/// Where the rows of a table lie in a SQLite file, read from its pages (SQLite's "Database File Format", §1.6). The table must be one
/// WITHOUT ROWID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Of each page of the b-tree: the offsets of its cells, in the order of the keys.
    pub cells: Vec<Vec<u16>>,
}

const INTERIOR: u8 = 0x02;
const LEAF: u8 = 0x0a;

impl Layout {
    /// Reads the pages of a b-tree from its root.
    pub fn read(file: &[u8], root: u32) -> Self {
        let mut layout = Self { cells: Vec::new() };
        layout.read_page(file, root);
        layout
    }

    /// Whether on every page the cells lie in the order of their keys. SQLite fills a page from its end, so cells written in that
    /// order have falling offsets; in a table of several dozen pages it moves some when it divides pages.
    pub fn is_in_key_order(&self) -> bool {
        self.cells.iter().all(|cells| cells.is_sorted_by(|first, second| first > second))
    }

    fn read_page(&mut self, file: &[u8], number: u32) {
        let size = page_size(file);
        let start = (number as usize - 1) * size;
        let page = &file[start..start + size];
        let (kind, count) = (page[0], word(page, 3));
        assert!(kind == INTERIOR || kind == LEAF, "page {number} is of kind {kind}");
        let pointers = if kind == INTERIOR { 12 } else { 8 };
        let cells: Vec<u16> = (0..usize::from(count)).map(|index| word(page, pointers + 2 * index)).collect();
        if kind == INTERIOR {
            for cell in &cells {
                self.read_page(file, long(page, usize::from(*cell)));
            }
            self.read_page(file, long(page, 8));
        }
        self.cells.push(cells);
    }
}

/// How many pages of a file hold nothing now, and may hold what was deleted.
pub fn free_pages(file: &[u8]) -> u32 {
    long(file, 36)
}

/// A file without the counters of its header that grow with each rewriting: file change counter, schema cookie, version-valid-for.
pub fn without_counters(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    for counter in [24..28, 40..44, 92..96] {
        file[counter].fill(0);
    }
    file
}

fn page_size(file: &[u8]) -> usize {
    match word(file, 16) {
        1 => 65_536,
        size => usize::from(size),
    }
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
