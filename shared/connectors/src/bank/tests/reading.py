#!/usr/bin/env python3
"""A second reading of sample bank files, made without the Rust code: it writes expected.tsv, which the test
`collection.rs` holds against what the readers say, field by field through a digest.

    python3 reading.py ../../../../../../shared/data/bank > expected.tsv

One row per file: name, statements, lines, digest. The digest is the first 16 hex digits of SHA-256 over one text line
for each movement. Texts are compared by their letters and digits, so that the width of a blank does not matter.
`--show FILE` prints those text lines.
"""
import hashlib, re, sys, xml.etree.ElementTree as xml
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

PLACES = {'JPY': 0, 'HUF': 2}
EMPTY = {'', 'NONREF', 'NOTPROVIDED', 'NOT PROVIDED', 'EREF', 'KREF', 'MREF'}


def letters(text):
    return ''.join(c for c in (text or '') if c.isalnum()).lower()


def given(text):
    text = (text or '').strip()
    return '' if text in EMPTY else text


def decoded(raw):
    for mark, name in ((b'\xef\xbb\xbf', 'utf-8'), (b'\xff\xfe', 'utf-16-le'), (b'\xfe\xff', 'utf-16-be')):
        if raw.startswith(mark):
            return raw[len(mark):].decode(name)
    try:
        return raw.decode('utf-8')
    except UnicodeDecodeError:
        return raw.decode('cp1252', errors='replace')


def minor(amount, ccy):
    return int(amount.scaleb(PLACES.get(ccy, 2)))


def row(booked, valued, signed, ccy, *, status='b', reversal=False, servicer='', e2e='', instruction='', cheque='',
        name='', account='', text=''):
    parts = [booked or '', valued or '', signed, ccy, status, int(reversal), given(servicer), given(e2e),
             given(instruction), given(cheque), letters(name), letters(account), letters(text)]
    return '|'.join(map(str, parts))


def day6(text):
    year, month, number = int(text[:2]), int(text[2:4]), int(text[4:6])
    return civil(year + (1900 if year >= 70 else 2000), month, number)


def civil(year, month, number):
    try:
        return date(year, month, number)
    except ValueError:
        if month == 2 and number in (29, 30):
            return date(year, 3, 1) - timedelta(days=1)
        raise


# ---- camt

def camt(raw):
    root = xml.fromstring(raw)
    for node in root.iter():
        node.tag = node.tag.rsplit('}', 1)[-1]
    statements = []
    for statement in root.iter():
        if statement.tag in ('Stmt', 'Rpt', 'Ntfctn'):
            statements.append([line for entry in statement.findall('Ntry') for line in camt_entry(entry)])
    return statements


def find(node, *paths):
    for path in paths:
        for found in node.findall(path)[:1]:
            text = given(found.text)
            if text:
                return text
    return ''


def camt_entry(entry):
    amount, ccy = Decimal(entry.find('Amt').text.strip()), entry.find('Amt').get('Ccy')
    sign = 1 if find(entry, 'CdtDbtInd') == 'CRDT' else -1
    reversal = find(entry, 'RvslInd') in ('true', '1')
    status = find(entry, 'Sts/Cd', 'Sts')
    common = {'status': {'BOOK': 'b', 'PDNG': 'p', 'FUTR': 'p', 'INFO': 'i'}[status], 'reversal': reversal}
    booked, valued = (find(entry, f'{name}/Dt', f'{name}/DtTm')[:10] for name in ('BookgDt', 'ValDt'))
    details = entry.findall('NtryDtls/TxDtls')
    servicer = find(entry, 'AcctSvcrRef')
    amounts = []
    for detail in details:
        own = [n for p in ('Amt', 'AmtDtls/TxAmt/Amt', 'AmtDtls/CntrValAmt/Amt', 'AmtDtls/InstdAmt/Amt')
               for n in detail.findall(p)[:1] if n.get('Ccy') == ccy]
        amounts.append(Decimal(own[0].text.strip()) if own else None)
    if len(details) == 1:
        amounts = [amount]
    if not details or all(one is None for one in amounts):
        text = ''.join(n.text or '' for d in details for n in camt_texts(d))
        return [row(booked, valued, sign * minor(amount, ccy), ccy, servicer=servicer, text=text, **common)]
    lines = []
    for detail, one in zip(details, amounts):
        own = {'CRDT': 1, 'DBIT': -1}.get(find(detail, 'CdtDbtInd'), sign)
        theirs = (own == 1) != (reversal or detail.find('RtrInf') is not None)
        role = 'Dbtr' if theirs else 'Cdtr'
        lines.append(row(
            booked, valued, own * minor(one, ccy), ccy, **common,
            servicer=find(detail, 'Refs/AcctSvcrRef') or servicer, e2e=find(detail, 'Refs/EndToEndId'),
            instruction=find(detail, 'Refs/InstrId'), cheque=find(detail, 'Refs/ChqNb'),
            name=find(detail, f'RltdPties/{role}/Nm', f'RltdPties/{role}/Pty/Nm'),
            account=find(detail, *(f'RltdPties/{role}Acct/Id/{p}' for p in ('IBAN', 'Othr/Id', 'BBAN', 'PrtryAcct/Id'))),
            text=''.join(n.text or '' for n in camt_texts(detail))))
    return lines


def camt_texts(detail):
    for info in detail.findall('RmtInf'):
        yield from info.findall('Ustrd')
        for structured in info.findall('Strd'):
            yield from structured.findall('AddtlRmtInf')


# ---- MT940 and MT942

TAG = re.compile(r'^:(20|21|25P?|28C?|60[FM]|61|86|62[FM]|64|65|34F|13D?|90[CD]|NS):(.*)$')
LINE = re.compile(r'^(\d{6})(\d{4})?(R[CD]|E[CD]|[CD])([A-Z]?)([\d,]+)([A-Z].{3})(.*)$')


def mt940(raw):
    fields, inside = [], False
    for line in decoded(raw).split('\n'):
        line = line.rstrip('\r').strip(''.join(map(chr, (*range(9), *range(10, 32), *range(127, 160)))))
        line = line.rsplit('{4:', 1)[-1]
        found = TAG.match(line)
        if found:
            fields.append([found[1], [found[2]]])
            inside = True
        elif line.strip() in ('-', '-XXX') or line.startswith(('-}', '{1:')):
            inside = False
        elif inside:
            fields[-1][1].append(line)
    messages = []
    for name, lines in fields:
        if name == '20':
            messages.append([])
        messages[-1].append((name, lines))
    statements = []
    for message in messages:
        ccy = next(lines[0] for name, lines in message if name in ('60F', '60M', '34F'))
        ccy = re.search('[A-Z]{3}', ccy[7:] if ccy[0] in 'CD' and ccy[1].isdigit() else ccy)[0]
        movements, last = [], None
        for name, lines in message:
            if name == '61':
                movements.append((lines, [], []))
                last = movements[-1]
            elif name in ('86', 'NS') and last:
                last[1 if name == '86' else 2].extend(lines)
            else:
                last = None
        rows = [mt940_line(lines, ccy, info, numbered) for lines, info, numbered in movements]
        opens, closes = ({n for n, _ in message} & {f'{k}M'} for k in ('60', '62'))
        if opens and statements and statements[-1][1]:
            statements[-1] = (statements[-1][0] + rows, closes)
        else:
            statements.append((rows, closes))
    return [rows for rows, _ in statements]


def mt940_line(lines, ccy, info, numbered):
    first = lines[0].rstrip()
    if re.fullmatch(r'\d{6}(\d{4})?R?[CDE]{1,2}[A-Z]?', first):
        first += lines[1]
    value, entry, mark, _, amount, kind, rest = LINE.match(first).groups()
    valued = day6(value)
    booked = None
    if entry:
        near = [civil(valued.year + step, int(entry[:2]), int(entry[2:])) for step in (-1, 0, 1)]
        booked = min(near, key=lambda day: abs((day - valued).days))
    sign = {'C': 1, 'D': -1, 'RC': -1, 'RD': 1, 'EC': 1, 'ED': -1}[mark]
    customer, _, bank = rest.partition('//')
    facts = {'instruction': customer}
    if kind[1:] == 'CHK':
        facts = {'cheque': customer}
    facts = {**facts, **about(info, numbered)}
    return row(booked, valued, sign * minor(Decimal(amount.replace(',', '.')), ccy), ccy,
               status='p' if mark[0] == 'E' else 'b', reversal=mark[0] == 'R', servicer=bank, **facts)


SEPA = r'(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|PURP|IBAN|BIC|BREF)\+'
SLASH = (r'/(TRTP|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|MARF|CSID|ISDT|PREF|IREF|RTRN|CNTP|PURP|UDTR|ULTD|UCRD|ULTC|SVCL|'
         r'ADDR|ACW|CDT|OCMT|EXCH|TRCD)(?=/)')


def iban(text):
    if not re.fullmatch(r'[A-Z]{2}\d\d[A-Z0-9]{11,30}', text):
        return False
    return int(''.join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def about(info, numbered):
    if numbered:
        part = lambda *codes: ''.join(line[2:] for line in numbered if line[:2] in codes)
        texts = part(*(f'{n:02}' for n in range(1, 15)))
        return {'name': part('15', '16'), 'account': part('34'), 'text': texts}
    text = ''
    for at, line in enumerate(info):
        full = len(line) >= 65 and not line.endswith(' ')
        text += line + ('' if full or at == len(info) - 1 else '\n')
    found = re.match(r'\d{3}([?>])', text)
    if found:
        mark = re.escape(found[1])
        parts = re.split(f'{mark}(?=\\d\\n?\\d)', text)[1:]
        parts = [re.sub(r'^(\d)\n', r'\1', part) for part in parts]
        get = lambda wanted: [part[2:].replace('\n', '') for part in parts if part[:2].isdigit() and wanted(int(part[:2]))]
        chunks = get(lambda n: 20 <= n <= 29 or 60 <= n <= 63)
        remittance = ''.join(chunk + ('' if len(chunk) >= 27 else ' ') for chunk in chunks)
        pieces = re.split(SEPA, remittance)
        facts = {'text': pieces[0]}
        for tag, value in zip(pieces[1::2], pieces[2::2]):
            value = ' '.join(value.split())
            if tag == 'SVWZ':
                facts['text'] += value
            elif tag == 'EREF':
                facts['e2e'] = value
            elif tag == 'KREF' and given(value):
                facts['instruction'] = value
            elif tag == 'IBAN':
                facts['account'] = value
        facts['name'] = ''.join(get(lambda n: n in (32, 33)))
        account = ''.join(get(lambda n: n == 31)[-1:])
        return {**facts, **({'account': account} if account else {})}
    if text.lstrip().startswith('/') and re.search(SLASH + '/', text):
        pieces = re.split(SLASH, text)
        facts = {'text': ''}
        for code, value in zip(pieces[1::2], pieces[2::2]):
            value = given(' '.join(value[1:].split()))
            if code == 'REMI':
                value = '' if value.startswith('STRD/') else value
                facts['text'] += value[5:] if value.startswith('USTD/') else value
            elif code == 'EREF':
                facts['e2e'] = value
            elif code == 'IREF' and value:
                facts['instruction'] = value
            elif code == 'NAME':
                facts['name'] = facts.get('name') or value
            elif code == 'IBAN':
                facts['account'] = value
            elif code == 'CNTP' and value:
                facts['account'], _, facts['name'] = (value.split('/') + ['', '', ''])[:3]
        return facts
    facts = {'text': text}
    first = next((line for line in text.split('\n') if line.strip()), '')
    account, _, name = ' '.join(first.split()).partition(' ')
    if name and iban(account):
        facts.update(account=account, name=name)
    return facts


# ---- BAI2

def bai2(raw):
    records = []
    text = re.sub(r'/ +(?=(?:02|03|16|49|88|98|99),)', '/\n', decoded(raw))
    for line in text.split('\n'):
        found = re.match(r'\s*(01|02|03|16|49|88|98|99),(.*)', line)
        strip = lambda text: re.sub(r'/?\s*$', '', text)
        if found and found[1] == '88':
            records[-1][1] += '\n' + strip(found[2])
        elif found:
            records.append([found[1], strip(found[2])])
        elif line.strip():
            records[-1][1] += ' ' + strip(line)
    statements, group, account = [], None, None
    for code, text in records:
        cells = [cell.strip() for cell in re.split('[,\n]', text)]
        if code == '02':
            group = (day6(cells[3]), (cells[5] if len(cells) > 5 else '') or 'USD')
        elif code == '03':
            account = cells[1] or group[1]
            statements.append([])
        elif code == '16':
            skip = {'V': 2, 'S': 3}.get(cells[2], 0)
            if cells[2] == 'D':
                skip = 1 + 2 * int(cells[3])
            valued = day6(cells[3]) if cells[2] == 'V' and cells[3] else None
            refs = cells[3 + skip:5 + skip] + ['', '']
            rest = re.split('[,\n]', text, maxsplit=5 + skip)[5 + skip:]
            sign = 1 if int(cells[0]) < 400 else -1
            cheque = int(cells[0]) in (472, 475, 477)
            statements[-1].append(row(group[0], valued, sign * int(cells[1]), account, servicer=refs[0],
                                      **{'cheque' if cheque else 'instruction': refs[1]}, text=''.join(rest)))
    return statements


# ---- OFX

def ofx(raw):
    text = decoded(raw)
    statements = []
    for block in re.findall(r'(?is)<(STMTRS|CCSTMTRS|INVSTMTRS)>(.*?)</\1>', text):
        element = lambda name, inside: next(iter(re.findall(rf'(?i)<{name}>([^<\r\n]*)', inside)), '').strip()
        ccy = element('CURDEF', block[1])
        rows = []
        for one in re.findall(r'(?is)<STMTTRN>(.*?)</STMTTRN>', block[1]):
            other = ''.join(re.findall(r'(?is)<BANKACCTTO>(.*?)</BANKACCTTO>', one))
            one = re.sub(r'(?is)<BANKACCTTO>.*?</BANKACCTTO>', '', one)
            day = lambda text: date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None
            unescape = lambda text: text.replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>')
            number = element('CHECKNUM', one)
            currency = re.findall(r'(?is)<CURRENCY>(.*?)</CURRENCY>', one)
            own = element('CURSYM', currency[0]) if currency else ccy
            rows.append(row(day(element('DTPOSTED', one)), day(element('DTAVAIL', one)),
                            minor(Decimal(element('TRNAMT', one)), own), own,
                            status='p' if element('TRNTYPE', one) == 'HOLD' else 'b',
                            servicer=element('FITID', one), instruction=element('REFNUM', one),
                            cheque=number if number.strip('0') else '', account=element('ACCTID', other),
                            name=unescape(element('NAME', one)), text=unescape(element('MEMO', one))))
        statements.append(rows)
    return statements


# ---- ACH

def ach(raw):
    lines = [line.ljust(94) for line in decoded(raw).splitlines() if line.strip()]
    created, statements, batch = day6(lines[0][23:29]), [], None
    for line in lines:
        if line[0] == '5':
            try:
                booked = day6(line[69:75])
            except ValueError:
                booked = created
            settled = None
            if line[75:78].strip().strip('0'):
                near = [date(created.year + step, 1, 1) + timedelta(days=int(line[75:78]) - 1) for step in (-1, 0, 1)]
                settled = min(near, key=lambda day: abs((day - created).days))
            batch = {'class': line[50:53], 'company': line[4:20].strip(), 'booked': booked, 'valued': settled or booked}
            statements.append([])
        elif line[0] == '6':
            statements[-1].append({**batch, 'record': line, 'text': '', 'back': False, 'info': False})
        elif line[0] == '7':
            entry = statements[-1][-1]
            if line[1:3] == '05':
                entry['text'] += line[3:83]
            elif line[1:3] == '10':
                entry['name'] = line[46:81]
            entry['back'] |= line[1:3] == '99'
            entry['info'] |= line[1:3] == '98'
        elif line[0] == '9':
            break
    return [[ach_line(entry) for entry in batch] for batch in statements]


def ach_line(entry):
    line = entry['record']
    sign = 1 if line[2] in '1234' else -1
    account, number, name = line[12:29], line[39:54], line[54:76]
    if entry['class'] == 'IAT':
        account, number, name = line[39:74], '', entry.get('name', '')
    elif entry['class'] == 'CTX':
        name = line[58:74]
    theirs = entry['back'] or sign == -1
    if not theirs:
        account, name = '', entry['company']
    text, e2e = entry['text'], ''
    if text.startswith('ISA'):
        element = text[3]
        end = text.split(element)[16][1]
        segments = [[cell.strip() for cell in segment.strip().split(element)] for segment in text.split(end)]
        e2e = ''.join(s[2] for s in segments if s[0] == 'TRN')
        text = ''.join(''.join(s) for s in segments if s[0] == 'ADX') + ''.join(s[2] for s in segments if s[0] == 'NTE')
    status = 'i' if entry['info'] or line[1:3] in ('23', '28', '33', '38') else 'b'
    return row(entry['booked'], entry['valued'], sign * int(line[29:39]), 'USD', status=status, servicer=line[79:94].strip(),
               e2e=e2e, instruction=number.strip(), name=name, account=account, text=text)


READERS = {'camt': camt, 'mt940': mt940, 'bai2': bai2, 'ofx': ofx, 'nacha': ach}


def main():
    if sys.argv[1] == '--show':
        path = Path(sys.argv[2])
        kind = next(part for part in path.parts if part in READERS)
        for statement in READERS[kind](path.read_bytes()):
            print(*statement, sep='\n')
        return
    root = Path(sys.argv[1])
    for path in sorted(root.rglob('*')):
        name = path.relative_to(root).as_posix()
        kind = name.split('/')[0]
        if kind not in READERS or path.suffix in ('.yml', '.json') or not path.is_file() or 'LICENSE' in name:
            continue
        try:
            statements = READERS[kind](path.read_bytes())
        except Exception as error:  # a file that this reading cannot read has no row
            print(f'{name}: {type(error).__name__} {error}', file=sys.stderr)
            continue
        rows = [line for statement in statements for line in statement]
        digest = hashlib.sha256('\n'.join(rows).encode()).hexdigest()[:16]
        if rows:
            print(name, len(statements), len(rows), digest, sep='\t')


main()
