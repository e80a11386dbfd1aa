use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};
use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::entries;

/// The best that brotli can do, and the largest window that every browser takes (RFC 7932 §9.1).
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

/// Writes a `.br` and a `.gz` beside each `.js` and `.wasm` of a folder, once for every visitor.
pub fn write_beside(folder: &Path) -> Result<()> {
    let mut files = entries(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "js" || extension == "wasm"));
    thread::scope(|scope| {
        let running: Vec<_> = files.iter().map(|file| scope.spawn(move || compress(file))).collect();
        running.into_iter().try_for_each(|thread| thread.join().expect("compression does not panic"))
    })
}

fn compress(file: &Path) -> Result<()> {
    let content = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    write(&beside(file, ".br"), &brotli(&content)?)?;
    write(&beside(file, ".gz"), &gzip(&content)?)
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = CompressorWriter::new(Vec::new(), content.len().max(1), QUALITY, WINDOW);
    writer.write_all(content)?;
    // Ends the stream; what follows a flush alone would not be read by everyone.
    Ok(writer.into_inner())
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(ending);
    path.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{brotli, gzip};

    #[test]
    fn both_are_read_back() {
        let content: Vec<u8> = (0..100_000u32).flat_map(|number| (number.wrapping_mul(number)).to_le_bytes()).collect();
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(gzip(&content).unwrap().as_slice()).read_to_end(&mut read).unwrap();
        assert!(read == content);
        let mut read = Vec::new();
        brotli::Decompressor::new(brotli(&content).unwrap().as_slice(), 4096).read_to_end(&mut read).unwrap();
        assert!(read == content);
    }
}
