// A file for calendars that names neither the petition nor this site. Fetched by who asks for one.

import { now } from "./patience.js";
import { saveFile } from "./receipt.js";

/** @param {number} at Seconds since 1970. @param {string | undefined} word All that it says. */
export function remind(at, word) {
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//reminder", "BEGIN:VEVENT", `UID:${random()}`, `DTSTAMP:${stamp(now())}`,
    `DTSTART:${stamp(at)}`, `SUMMARY:${word}`, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0S", `DESCRIPTION:${word}`, "END:VALARM",
    "END:VEVENT", "END:VCALENDAR", "",
  ];
  saveFile(new Blob([lines.join("\r\n")], { type: "text/calendar" }), "reminder.ics");
}

/** @param {number} seconds @returns {string} As RFC 5545 writes a moment. */
function stamp(seconds) {
  return `${new Date(seconds * 1_000).toISOString().replace(/\W/g, "").slice(0, 15)}Z`;
}

/** @returns {string} Not `randomUUID`, which pages without TLS lack. */
function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join("");
}
