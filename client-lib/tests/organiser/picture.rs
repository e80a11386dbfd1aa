use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use undersign_client_lib::organiser::{MAX_PICTURE, PictureError, shown_picture};

/// Left half red, right half clear.
fn drawn(width: u32, height: u32) -> DynamicImage {
    let of = |x, _| if x < width / 2 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 0]) };
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, of))
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("written");
    file.into_inner()
}

/// A JPEG file as a phone writes it: held upright, with the day and the place in its metadata.
fn photograph() -> Vec<u8> {
    let plain = file(&DynamicImage::ImageRgb8(drawn(80, 40).to_rgb8()), ImageFormat::Jpeg);
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend(*b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // Orientation: turn by 90 degrees.
    tiff.extend(*b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0"); // GPS, from byte 38 on.
    tiff.extend(*b"\x01\0\x1d\0\x02\0\x0b\0\0\0\x38\0\0\0\0\0\0\0"); // One entry: the day, at byte 56.
    tiff.extend(*b"2026:11:25\0");
    let mut file = plain[..2].to_vec();
    file.extend([0xff, 0xe1, 0, (tiff.len() + 8) as u8]);
    file.extend(*b"Exif\0\0");
    file.extend(tiff);
    file.extend(&plain[2..]);
    file
}

fn holds(file: &[u8], bytes: &[u8]) -> bool {
    file.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn place_and_day_of_a_photograph_stay_behind_and_it_is_turned_as_it_was_held() {
    let photograph = photograph();
    let shown = shown_picture(&photograph).expect("a picture");
    for trace in [&b"Exif"[..], b"2026:11:25"] {
        assert!(holds(&photograph, trace), "the photograph has it");
        assert!(!holds(&shown.jpeg, trace));
    }
    assert_eq!((shown.width, shown.height), (40, 80));
    let read = image::load_from_memory_with_format(&shown.jpeg, ImageFormat::Jpeg).expect("a JPEG");
    assert_eq!((read.width(), read.height()), (40, 80));
}

#[test]
fn each_of_the_three_kinds_becomes_a_jpeg_on_white() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let picture = match format {
            ImageFormat::Jpeg => DynamicImage::ImageRgb8(drawn(64, 32).to_rgb8()),
            _ => drawn(64, 32),
        };
        let shown = shown_picture(&file(&picture, format)).expect("a picture");
        let read = image::load_from_memory_with_format(&shown.jpeg, ImageFormat::Jpeg).expect("a JPEG").to_rgb8();
        assert_eq!(read.dimensions(), (64, 32));
        if format != ImageFormat::Jpeg {
            assert!(
                read.get_pixel(60, 16).0.iter().all(|value| *value > 240),
                "{format:?}: {:?}",
                read.get_pixel(60, 16)
            );
        }
    }
}

#[test]
fn a_large_picture_becomes_one_that_a_page_has_room_for() {
    let shown = shown_picture(&file(&drawn(2_600, 1_300), ImageFormat::Png)).expect("a picture");
    assert_eq!((shown.width, shown.height), (1_280, 640));
}

#[test]
fn what_would_fill_the_memory_is_refused_before_it_is_read() {
    // The header alone says 20,000 times 20,000; a file of so many pixels of one colour has some hundred kilobytes.
    let mut bomb = file(&drawn(8, 8), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let check = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&check.to_be_bytes());
    assert_eq!(shown_picture(&bomb), Err(PictureError::Pixels));
    assert_eq!(shown_picture(&vec![0; MAX_PICTURE + 1]), Err(PictureError::Bytes));
}

#[test]
fn what_is_no_picture_of_the_three_kinds_is_refused_whatever_it_says_of_itself() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    assert_eq!(shown_picture(svg), Err(PictureError::Kind));
    assert_eq!(shown_picture(b"<html>"), Err(PictureError::Kind));
    assert_eq!(shown_picture(b""), Err(PictureError::Kind));
    assert_eq!(shown_picture(b"GIF89a\x01\0\x01\0\0\0\0"), Err(PictureError::Kind));
    let mut claims = b"\x89PNG\r\n\x1a\n".to_vec();
    claims.extend(svg);
    assert_eq!(shown_picture(&claims), Err(PictureError::Damaged));
    let whole = file(&drawn(64, 64), ImageFormat::Png);
    assert_eq!(shown_picture(&whole[..whole.len() / 2]), Err(PictureError::Damaged));
}

/// Of a PNG chunk (ISO/IEC 15948 §5.5).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
