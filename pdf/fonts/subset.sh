#!/bin/sh
# Writes the fonts beside it, from the ones of Debian's fonts-noto-core and fonts-noto-mono (20201225): the letters that petitions are
# written with, and how Arabic ones are joined. Needs pyftsubset (PyPI: fonttools 4.68).
set -eu
cd "$(dirname "$0")"
from=${1:-/usr/share/fonts/truetype/noto}
signs=U+0020-007E,U+00A0-00FF,U+200B-200F,U+2010-2027,U+202F,U+2030-203A,U+20AC,U+20B4,U+20B8-20BE,U+2116,U+2122,U+2190-2193,U+2212,U+2260,U+2264,U+2265
letters=$signs,U+0100-024F,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF
arabic=U+0020-0022,U+0027-0029,U+002C-002F,U+003A,U+00A0,U+00AB,U+00BB,U+0600-06FF,U+0750-077F,U+200B-200F,U+2010-2015,U+2018-201F,U+2026
make() {
  pyftsubset "$from/$2.ttf" --unicodes="$3" --no-hinting --drop-tables+=DSIG,MVAR,STAT --output-file="$1.ttf"
}
make serif NotoSerif-Regular "$letters"
make serif-bold NotoSerif-Bold "$letters"
make arabic NotoNaskhArabic-Regular "$arabic"
make arabic-bold NotoNaskhArabic-Bold "$arabic"
make armenian NotoSerifArmenian-Regular U+0020,U+0531-058F
make georgian NotoSerifGeorgian-Regular U+0020,U+10A0-10FF,U+1C90-1CBF
make mono NotoSansMono-Regular "U+0020-007E,U+00A0-00FF,U+0400-045F,U+2010-2015,U+2018-201E,U+2026"
