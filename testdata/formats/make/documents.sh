#!/bin/sh
# Makes the documents: LibreOffice Writer and Impress (7.4 of Debian 12), python-docx 1.2, python-pptx 1.0. All personal data is made up.
# Run it anywhere, with a python that has python-docx and python-pptx as $PYTHON; the results are kept in the repository.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for kind in docx doc odt rtf html pptx ppt odp; do mkdir -p "$here/$kind"; done
"${PYTHON:-python3}" "$here/make/documents.py" "$here" "$work"
convert() {
    soffice "-env:UserInstallation=file://$work/profile" --headless --convert-to "$1" --outdir "$here/${1%%:*}" "$2" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}
for what in table places; do
    convert docx:"MS Word 2007 XML" "$work/$what.fodt"
    convert doc:"MS Word 97" "$work/$what.fodt"
    convert odt "$work/$what.fodt"
    convert rtf "$work/$what.fodt"
    convert html:"HTML (StarWriter)" "$work/$what.fodt"
    convert pptx "$work/$what.fodp"
    convert ppt "$work/$what.fodp"
    convert odp "$work/$what.fodp"
done
rm -f "$here"/html/*.png
# A large picture of the first slide is in each.
gzip -9nf "$here"/ppt/*.ppt
