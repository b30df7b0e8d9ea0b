#!/usr/bin/env python3
"""Samples of dBASE tables, by the module dbf 0.99.11 of PyPI. All personal data is made up. Run in testdata/formats."""
import csv
import datetime
import os

import dbf

people = list(csv.reader(open('people.csv', encoding='utf-8')))[1:]
for name in ('members', 'fox'):
    for ending in ('.dbf', '.fpt'):
        if os.path.exists(f'dbf/{name}{ending}'):
            os.remove(f'dbf/{name}{ending}')

spec = 'NAME C(20); KANA C(30); EMAIL C(40); TEL C(16); ZIP C(8); ADDRESS C(60); BIRTH D'
table = dbf.Table('dbf/members.dbf', spec, codepage='cp932', dbf_type='db3')
table.open(mode=dbf.READ_WRITE)
for row in people:
    day = datetime.date(*map(int, row[6].split('/')))
    table.append((*row[:6], day))
with table.last_record if hasattr(table, 'last_record') else table[-1] as last:
    dbf.delete(last)
table.close()

table = dbf.Table('dbf/fox.dbf', 'NAME C(20); NUMBER I; AT T; PRICE Y; SIZE B; OK L; NOTE M', codepage='cp932', dbf_type='vfp')
table.open(mode=dbf.READ_WRITE)
table.append((people[0][0], -7, datetime.datetime(2026, 1, 2, 3, 4, 5), 12.5, 1.5, True, 'メモ yamada.taro@example.jp'))
table.close()
