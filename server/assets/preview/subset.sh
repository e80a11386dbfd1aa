#!/bin/sh
# Writes letters.ttf: of DejaVu Sans Condensed Bold (Debian's fonts-dejavu-extra, 2.37) the letters that titles are written with, and
# how Arabic ones are joined. Needs pyftsubset (PyPI: fonttools 4.68).
set -eu
cd "$(dirname "$0")"
letters=U+0020-007E,U+00A0-024F,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+0531-058F,U+0600-06FF,U+0750-077F,U+10D0-10FF,U+1E00-1EFF
signs=U+200B-200F,U+2010-2027,U+202A-202F,U+2030-203A,U+2066-2069,U+20AC,U+20BD,U+2116,U+2212
pyftsubset "${1:-/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf}" --unicodes="$letters,$signs" \
  --layout-features='*' --no-hinting --drop-tables+=DSIG --output-file=letters.ttf
