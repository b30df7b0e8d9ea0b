#!/usr/bin/env python3
"""A sample of a MongoDB collection as mongodump writes it, by the module bson of pymongo (PyPI). All personal data is made up. Run in
testdata/formats."""
import csv
import datetime

import bson

rows = list(csv.reader(open('people.csv', encoding='utf-8')))
with open('bson/members.bson', 'wb') as out:
    for number, row in enumerate(rows[1:]):
        person = dict(zip(rows[0], row))
        person['生年月日'] = datetime.datetime(*map(int, person['生年月日'].split('/')))
        extra = {'tags': ['x', 'y'], 'inner': {'n': number, 'big': 1 << 40, 'ok': True, 'half': 0.5}, 'file': bson.Binary(b'\x00\x01deep text here\x00')}
        out.write(bson.encode({'_id': bson.ObjectId(f'{number:024x}'), **person, **extra}))
