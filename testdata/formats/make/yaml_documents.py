#!/usr/bin/env python3
"""Samples of YAML, by PyYAML 6.0. All personal data is made up. Run in testdata/formats."""
import csv

import yaml

rows = list(csv.reader(open('people.csv', encoding='utf-8')))
people = [dict(zip(rows[0], row)) for row in rows[1:]]
with open('yaml/people.yaml', 'w', encoding='utf-8') as out:
    yaml.safe_dump({'version': 2, '会員': people}, out, allow_unicode=True, sort_keys=False)
with open('yaml/flow.yaml', 'w', encoding='utf-8') as out:
    yaml.safe_dump(people, out, allow_unicode=True, sort_keys=False, default_flow_style=True)
