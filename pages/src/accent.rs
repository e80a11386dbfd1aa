use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The colour of `page.css` itself, which needs no style of its own.
const OURS: &str = "#1f5a7a";

/// What the colour lies on, and what lies on it, in `page.css`: paper, raised, warn-paper, on-accent. First the light scheme.
const LIGHT: [&str; 4] = ["#fbfaf7", "#ffffff", "#fbeeea", "#ffffff"];
const DARK: [&str; 4] = ["#17181a", "#1f2124", "#33201d", "#10202a"];

/// Contrast that every text keeps: WCAG 2.2 asks for 4.5, and a button under the pointer is a little lighter.
const LEAST: f64 = 5.5;

/// Parts in which the way to black or white is gone.
const STEPS: u32 = 40;

/// An organiser's accent as a style of one page, and what its policy allows it by.
#[derive(Debug, PartialEq, Eq)]
pub struct Accent {
    /// The content of `<style>`.
    pub css: String,
    /// A source of `style-src` (CSP3 hash-source).
    pub source: String,
}

/// Red, green, blue.
type Colour = [u8; 3];

impl Accent {
    /// `None` where the colour is ours.
    ///
    /// # Arguments
    /// * `colour` – `#rrggbb`, as a verified manifest has it. It is darkened or lightened until text is readable with it.
    pub fn of(colour: &str) -> Option<Self> {
        let colour = parse(colour).filter(|_| colour != OURS)?;
        let light = readable(colour, &LIGHT, [0; 3]);
        let dark = readable(colour, &DARK, [255; 3]);
        let css = format!(
            ":root{{--accent:{}}}@media(prefers-color-scheme:dark){{:root{{--accent:{}}}}}",
            text(light),
            text(dark)
        );
        let source = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(&css)));
        Some(Self { css, source })
    }
}

/// The first colour on the way from this one to `end` that every one of these grounds contrasts with.
fn readable(colour: Colour, grounds: &[&str], end: Colour) -> Colour {
    let is_readable = |colour: &Colour| {
        grounds.iter().filter_map(|ground| parse(ground)).all(|ground| contrast(*colour, ground) >= LEAST)
    };
    (0..=STEPS).map(|step| mixed(colour, end, step)).find(is_readable).unwrap_or(end)
}

fn mixed(from: Colour, to: Colour, step: u32) -> Colour {
    let mix = |index: usize| (u32::from(from[index]) * (STEPS - step) + u32::from(to[index]) * step) / STEPS;
    [0, 1, 2].map(|index| u8::try_from(mix(index)).unwrap_or(u8::MAX))
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn parse(text: &str) -> Option<Colour> {
    let mut colour = [0; 3];
    hex::decode_to_slice(text.strip_prefix('#')?, &mut colour).ok()?;
    Some(colour)
}

fn text(colour: Colour) -> String {
    format!("#{}", hex::encode(colour))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_grounds_are_those_of_the_style() {
        let style = crate::assets::STYLE;
        let (light, dark) = style.split_once("prefers-color-scheme: dark").expect("two schemes");
        let (light, dark) = (light, dark.split_once("* {").expect("an end").0);
        for (scheme, grounds) in [(light, LIGHT), (dark, DARK)] {
            for (name, ground) in ["paper", "raised", "warn-paper", "on-accent"].iter().zip(grounds) {
                assert!(scheme.contains(&format!("--{name}: {ground};")), "{name} {ground}");
            }
        }
        assert!(light.contains(&format!("--accent: {OURS};")));
    }

    #[test]
    fn ours_needs_no_style_and_a_colour_that_is_readable_stays_as_it_is() {
        assert_eq!(Accent::of(OURS), None);
        assert!(Accent::of("#7a1f3d").expect("a style").css.contains(":root{--accent:#7a1f3d}"));
    }

    proptest! {
        #[test]
        fn every_colour_becomes_readable_in_both_schemes(colour: [u8; 3]) {
            for (grounds, end) in [(LIGHT, [0; 3]), (DARK, [255; 3])] {
                let shown = readable(colour, &grounds, end);
                for ground in grounds {
                    let ground = parse(ground).expect("a colour");
                    prop_assert!(contrast(shown, ground) >= 4.5, "{} on {}", text(shown), text(ground));
                }
            }
        }
    }
}
