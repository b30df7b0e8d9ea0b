
# A gzip file that unfolds to itself: literals and repeats of five bytes each (the scheme is Russ Cox's).
def bits(pairs):
    out=at=0
    for value,count in pairs:
        out|=value<<at; at+=count
    assert at==40; return out.to_bytes(5,'little')
def turned(value,count): return int(f'{value:0{count}b}'[::-1],2)
def lit(n): return b'\0'+struct.pack('<HH',n,n^0xffff)
def rep(n):  # 17 to 20 bytes, as two matches
    pairs=[(2,3)]
    for length in (n//2,n-n//2):
        pairs+=[(turned(length-2,7),7),(turned(8,5),5),(n-17,3)]
    return bits(pairs+[(0,7)])
def quine(tail):
    P=b'\x1f\x8b\x08\x08\0\0\0\0\0\3q.gz\0'; S=b'\1\0\0\xff\xff'+tail
    p,s=len(P)+5,len(S)+5
    f=P+lit(p)+P+lit(p)+rep(p)+lit(5)+rep(p)+lit(5)+lit(5)+lit(20)+rep(p)+lit(5)+lit(5)+lit(20)+rep(20)
    f+=lit(20)+(rep(20)+lit(20))*2+rep(20)+lit(20)+rep(20)+lit(0)+lit(0)+lit(s)+rep(20)+lit(0)+lit(0)+lit(s)+rep(s)+S+rep(s)+S
    return f
n=len(quine(bytes(8)))
make=lambda x: quine(struct.pack('<II',x,n))
base=zlib.crc32(make(0))
rows=[(zlib.crc32(make(1<<k))^base^(1<<k),1<<k) for k in range(32)]
# crc(make(x)) = x is linear in the bits of x
x,want=0,base
basis={}
for v,m in rows:
    while v and v.bit_length() in basis:
        bv,bm=basis[v.bit_length()]; v^=bv; m^=bm
    if v: basis[v.bit_length()]=(v,m)
while want:
    bv,bm=basis[want.bit_length()]; want^=bv; x^=bm
data=make(x)
assert gzip.decompress(data)==data
put('q.gz', data)
# As far as a RAR can hold itself: a member of all that follows, which is a RAR again.
put('q.rar', RAR, in_rar(b'q.rar', b'', 0, 1 << 20, 1 << 20), RAR * 100)
# LZW and LZH: an archive with a picture that unfolds to 300 MiB of nothing, and an address behind it.
with open('b.tar', 'wb') as out:
    out.write(member('a.txt', MAIL) + head('b.png', 300 << 20) + b'\x89PNG\r\n\x1a\n'.ljust(1 << 20, b'\0'))
    for _ in range(299):
        out.write(bytes(1 << 20))
    out.write(member('z.txt', LAST) + bytes(1024))
run('compress -c b.tar > b.tar.Z; jlha aq b.lzh b.tar && rm b.tar')
