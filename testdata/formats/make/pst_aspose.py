#!/usr/bin/env python3
"""An Outlook data file as a program that is not ours writes it: Aspose.Email 26.10 (PyPI, evaluation; it writes the 64 bit form only).
A mail with the table of ../people.csv in its text and as an attachment. All people are made up.

Run in testdata/formats: DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 python3 make/pst_aspose.py
"""
import csv
import gzip
import os
import tempfile

from aspose.email.mapi import MapiMessage
from aspose.email.storage.pst import FileFormatVersion, PersonalStorage

content = open("people.csv", "rb").read()
with tempfile.TemporaryDirectory() as work:
    path = os.path.join(work, "a.pst")
    store = PersonalStorage.create(path, FileFormatVersion.UNICODE)
    folder = store.root_folder.add_sub_folder("受信")
    message = MapiMessage("from@example.com", "to@example.com", "名簿の件", content.decode())
    message.attachments.add("名簿.csv", content)
    folder.add_message(message)
    del message, folder, store
    with gzip.GzipFile("pst/aspose.pst.gz", "wb", mtime=0) as out:
        out.write(open(path, "rb").read())
