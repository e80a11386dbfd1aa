//! `undersign organiser preview` as a real process, asked over HTTP.

mod folder;
mod pages;
mod reach;
mod world;
