package vault

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// TrueType and OpenType fonts: ISO/IEC 14496-22, sections 4 and 5.

// sfntTables are the tables that say what glyphs look like and where they go.
// Others are for editors and other systems: FFTM, DSIG, meta.
var sfntTables = pdfWords(`BASE CFF EBDT EBLC EBSC GDEF GPOS GSUB LTSH OS/2 VDMX VORG cmap cvt fpgm gasp glyf hdmx
	head hhea hmtx kern loca maxp name post prep vhea vmtx`)

// sfntOthers are tables of glyphs of kinds that are not looked into.
var sfntOthers = pdfWords("CBDT CBLC CFF2 COLR CPAL SVG sbix")

type sfntTable struct {
	tag  string
	at   uint32
	data []byte
}

// sfnt copies a font without its names, when it was made and saved, and all that
// is not in a table that draws.
func sfnt(b []byte) ([]byte, error) {
	tables, err := sfntRead(b)
	if err != nil {
		return nil, err
	}
	n := len(tables)
	log := bits.Len(uint(n)) - 1
	out := bytes.Clone(b[:4])
	for _, v := range []int{n, 16 << log, log, 16*n - 16<<log} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	directory := len(out)
	out = slices.Grow(append(out, make([]byte, 16*n)...), len(b)+4*n)
	slices.SortStableFunc(tables, func(a, b sfntTable) int { return cmp.Compare(a.at, b.at) })
	for i := range tables {
		tables[i].at = uint32(len(out))
		out = append(out, tables[i].data...)
		out = append(out, make([]byte, -len(out)&3)...)
	}
	slices.SortFunc(tables, func(a, b sfntTable) int { return cmp.Compare(a.tag, b.tag) })
	head := 0
	for i, t := range tables {
		entry, data := out[directory+16*i:], out[t.at:int(t.at)+(len(t.data)+3)&^3]
		if t.tag == "head" {
			head = int(t.at)
			clear(data[8:12])  // checkSumAdjustment
			clear(data[20:36]) // created, modified
		}
		copy(entry, t.tag)
		binary.BigEndian.PutUint32(entry[4:], sfntSum(data))
		binary.BigEndian.PutUint32(entry[8:], t.at)
		binary.BigEndian.PutUint32(entry[12:], uint32(len(t.data)))
	}
	if head > 0 {
		binary.BigEndian.PutUint32(out[head+8:], 0xB1B0AFBA-sfntSum(out))
	}
	return out, nil
}

// sfntRead returns the tables that are kept, by their tags.
func sfntRead(b []byte) ([]sfntTable, error) {
	if len(b) < 12 {
		return nil, unclean("a broken font")
	}
	switch string(b[:4]) {
	case "\x00\x01\x00\x00", "true", "OTTO":
	default:
		return nil, unclean("a font of an unknown kind")
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n == 0 || n > 64 || len(b) < 12+16*n {
		return nil, unclean("a broken font")
	}
	var tables []sfntTable
	size := 0
	for entry := b[12 : 12+16*n]; len(entry) > 0; entry = entry[16:] {
		tag := string(entry[:4])
		at, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		word := strings.TrimRight(tag, " ")
		if sfntOthers[word] {
			return nil, unclean("a font of another kind of glyphs")
		}
		if !sfntTables[word] {
			continue
		}
		twice := slices.ContainsFunc(tables, func(t sfntTable) bool { return t.tag == tag })
		if uint64(at)+uint64(length) > uint64(len(b)) || twice || tag == "head" && length < 54 {
			return nil, unclean("a broken font")
		}
		t := sfntTable{tag, at, b[at : at+length]}
		if tag == "name" {
			t.data = []byte{0, 0, 0, 0, 0, 6} // version, no names, and where they would be
		}
		if size += len(t.data); size > len(b) {
			return nil, unclean("a font with tables in each other")
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 {
		return nil, unclean("a broken font")
	}
	return tables, nil
}

// sfntSum is the checksum of a table, or of a font.
func sfntSum(b []byte) (sum uint32) {
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	return sum
}
