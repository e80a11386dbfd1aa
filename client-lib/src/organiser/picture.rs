use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};
use undersign_protocol::petition::Sha256Hash;

/// Most bytes of a file.
pub const MAX_PICTURE: usize = 8 << 20;
/// Most pixels that are read: a small file can stand for more than a machine has room for.
const MAX_PIXELS: u64 = 25_000_000;
/// Most bytes that a reader may ask for at once, of which a pixel takes up to eight.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS;
/// Pixels of the longer side as pages show it.
const LONGEST: u32 = 1_280;
const QUALITY: u8 = 80;

/// A picture as pages show it: a JPEG file that was written anew, with nothing in it but pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPicture {
    /// The file.
    pub jpeg: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why a file is not a picture for a petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Too many bytes.
    #[error("it has more than 8 MiB; make it smaller")]
    Bytes,
    /// Too many pixels.
    #[error("it has more than 25 million pixels; make it smaller")]
    Pixels,
    /// Another kind of file, whatever its name says.
    #[error("it is neither JPEG, PNG nor WebP")]
    Kind,
    /// The beginning of one of the three, and then something else.
    #[error("it is damaged")]
    Damaged,
}

/// The hash by which a manifest names a file.
pub fn picture_hash(file: &[u8]) -> Sha256Hash {
    <[u8; 32]>::from(Sha256::digest(file)).into()
}

/// Reads a picture and writes it anew: turned as its camera says, at most 1280 pixels long, on white where one can see through it. Place,
/// time, device and everything else that is not pixels stays behind.
pub fn shown_picture(file: &[u8]) -> Result<ShownPicture, PictureError> {
    if file.len() > MAX_PICTURE {
        return Err(PictureError::Bytes);
    }
    let format = image::guess_format(file).map_err(|_| PictureError::Kind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureError::Kind);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::Pixels);
    }
    let orientation = decoder.orientation().map_err(|_| PictureError::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::Damaged)?;
    if width.max(height) > LONGEST {
        picture = picture.thumbnail(LONGEST, LONGEST);
    }
    picture.apply_orientation(orientation);
    let picture = on_white(picture);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture).map_err(|_| PictureError::Damaged)?;
    Ok(ShownPicture { jpeg, width: picture.width(), height: picture.height() })
}

/// JPEG knows no transparency.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |value: u8| ((u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255) as u8;
        Rgb([over(red), over(green), over(blue)])
    })
}
