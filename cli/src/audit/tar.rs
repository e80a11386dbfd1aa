//! As much of the tar format (POSIX.1-2017, pax, ustar) as a copy of a log needs: plain files with short names. Every tool for archives
//! reads what is written here; what is read here may come from any of them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;

use undersign_client_lib::response::MAX_RESPONSE;

/// Headers and contents begin at multiples of it.
const BLOCK: usize = 512;
const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
const MAGIC: Range<usize> = 257..265;

/// Where each file of an archive lies.
pub struct Index {
    file: BufReader<File>,
    /// Position and size.
    places: HashMap<String, (u64, usize)>,
}

/// An archive that is written.
pub struct Writer(BufWriter<File>);

impl Index {
    /// Reads all headers. Contents are not kept.
    pub fn read(file: File) -> io::Result<Self> {
        let (mut file, mut places) = (BufReader::new(file), HashMap::new());
        let mut header = [0; BLOCK];
        loop {
            match file.read_exact(&mut header) {
                Ok(()) if header == [0; BLOCK] => break,
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && !places.is_empty() => break,
                Err(error) => return Err(error),
            }
            let size = size(&header).ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "not a tar file"))?;
            let position = file.stream_position()?;
            // '0' and NUL are plain files; folders and remarks of other kinds are passed over.
            if matches!(header[TYPE], b'0' | 0) {
                let name = text(&header[NAME]);
                let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
                places.insert(name, (position, size));
            }
            file.seek(SeekFrom::Start(position + size.next_multiple_of(BLOCK) as u64))?;
        }
        Ok(Self { file, places })
    }

    /// A file's content.
    pub fn content(&mut self, name: &str) -> io::Result<Vec<u8>> {
        let (position, size) = *self.places.get(name).ok_or(ErrorKind::NotFound)?;
        self.file.seek(SeekFrom::Start(position))?;
        let mut content = vec![0; size];
        self.file.read_exact(&mut content)?;
        Ok(content)
    }
}

impl Writer {
    /// Begins a file, over one of the same name.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(BufWriter::new(File::create(path)?)))
    }

    /// Appends a file. It has no owner and no time.
    pub fn append(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.0.write_all(&header(name, content.len())?)?;
        self.0.write_all(content)?;
        self.0.write_all(&vec![0; content.len().next_multiple_of(BLOCK) - content.len()])
    }

    /// Ends the archive.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.write_all(&[0; 2 * BLOCK])?;
        self.0.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

fn header(name: &str, size: usize) -> io::Result<[u8; BLOCK]> {
    if name.len() > NAME.len() {
        return Err(ErrorKind::InvalidFilename.into());
    }
    let mut header = [0; BLOCK];
    let mut put = |place: usize, text: &str| header[place..place + text.len()].copy_from_slice(text.as_bytes());
    put(NAME.start, name);
    // Numbers are octal and end in NUL, which is there already: mode, owner, group, size, time.
    put(NAME.end, "0000644");
    put(NAME.end + 8, "0000000");
    put(NAME.end + 16, "0000000");
    put(SIZE.start, &format!("{size:011o}"));
    put(SIZE.end, "00000000000");
    put(CHECKSUM.start, "        ");
    put(TYPE, "0");
    put(MAGIC.start, "ustar");
    put(MAGIC.start + 6, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[CHECKSUM].copy_from_slice(format!("{sum:06o}\x00 ").as_bytes());
    Ok(header)
}

/// The size that a header names; `None` where it is not a header, or names more than any file of a log has.
fn size(header: &[u8; BLOCK]) -> Option<usize> {
    let mut blank = *header;
    blank[CHECKSUM].fill(b' ');
    let sum: u32 = blank.iter().map(|byte| u32::from(*byte)).sum();
    let octal = |range: Range<usize>| usize::from_str_radix(text(&header[range]).trim(), 8).ok();
    if octal(CHECKSUM) != Some(sum as usize) {
        return None;
    }
    octal(SIZE).filter(|size| *size <= MAX_RESPONSE)
}

/// Up to the first NUL.
fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::process::Command;

    use super::{Index, Writer};

    #[test]
    fn what_is_written_is_read_here_and_by_tar() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.tar");
        let mut writer = Writer::create(&path).unwrap();
        let files = [("total", vec![1; 512]), ("log/tile/entries/x001/000.p/3", vec![2; 700]), ("empty", vec![])];
        files.iter().for_each(|(name, content)| writer.append(name, content).unwrap());
        writer.finish().unwrap();

        let mut index = Index::read(File::open(&path).unwrap()).unwrap();
        for (name, content) in &files {
            assert_eq!(index.content(name).unwrap(), *content, "{name}");
        }
        assert!(index.content("other").is_err());
        let listed = Command::new("tar").arg("-tf").arg(&path).output().unwrap();
        assert_eq!(String::from_utf8(listed.stdout).unwrap(), "total\nlog/tile/entries/x001/000.p/3\nempty\n");
    }

    #[test]
    fn what_tar_writes_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("from/log")).unwrap();
        std::fs::write(folder.path().join("from/log/checkpoint"), "note").unwrap();
        let path = folder.path().join("copy.tar");
        let from = folder.path().join("from");
        assert!(Command::new("tar").arg("-cf").arg(&path).arg("-C").arg(from).arg(".").status().unwrap().success());
        let mut index = Index::read(File::open(&path).unwrap()).unwrap();
        assert_eq!(index.content("log/checkpoint").unwrap(), b"note");
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for content in [vec![], vec![b'x'; 100], vec![b'x'; 2048]] {
            let path = folder.path().join("other");
            std::fs::write(&path, &content).unwrap();
            assert!(Index::read(File::open(&path).unwrap()).is_err(), "{} bytes", content.len());
        }
    }
}
