package vault

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
)

// judged is what Keep would say the content is.
func judged(content string) string {
	j := sniff([]byte(content[:min(len(content), headSize)]))
	if j == nil {
		return ""
	}
	// In odd pieces, as Keep may.
	if _, err := io.CopyBuffer(struct{ io.Writer }{j}, struct{ io.Reader }{strings.NewReader(content)}, make([]byte, 1001)); err != nil {
		return ""
	}
	return j.verdict()
}

func zipped(t testing.TB, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range members {
		name, body, _ := strings.Cut(name, "=")
		method := zip.Deflate
		if name == "mimetype" {
			method = zip.Store
		}
		h := &zip.FileHeader{Name: name, Method: method}
		if name == "mimetype" { // as office programs write it: sizes first
			h.UncompressedSize64, h.CompressedSize64 = uint64(len(body)), uint64(len(body))
			h.CRC32 = crc32.ChecksumIEEE([]byte(body))
			w, err := z.CreateRaw(h)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, body)
			continue
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, body)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func ftyp(brands ...string) string {
	s := brands[0] + "\x00\x00\x02\x00" + strings.Join(brands[1:], "")
	return string([]byte{0, 0, 0, byte(len(s) + 8)}) + "ftyp" + s + "\x00\x00\x00\x08mdat"
}

func TestSniff(t *testing.T) {
	mp3 := "\xFF\xFB\x90\x00" + strings.Repeat("\x00", 413) // 128 kbit/s, 44.1 kHz: 417 bytes
	adts := "\xFF\xF1\x50\x80\x02\x1F\xFC" + strings.Repeat("\x00", 9)
	const openXML = "application/vnd.openxmlformats-officedocument."
	docx := []string{"[Content_Types].xml=<Types/>", "_rels/.rels=<x/>", "word/document.xml=<x/>", "word/media/image1.svg=<svg/>"}
	odt := []string{"mimetype=application/vnd.oasis.opendocument.text", "content.xml=<x/>", "META-INF/manifest.xml=<x/>"}
	large := make([]string, 600)
	for i := range large {
		large[i] = "word/media/image" + strings.Repeat("1", i%9) + string(rune('a'+i%26)) + ".png=" + strings.Repeat("x", i)
	}
	with := func(list []string, more ...string) []string { return append(more, list...) }

	for name, c := range map[string]struct{ content, want string }{
		"JPEG":            {string(plainJPEG(t)), "image/jpeg"},
		"PNG":             {string(plainPNG(t)), "image/png"},
		"GIF":             {"GIF87a\x01\x00\x01\x00", "image/gif"},
		"WebP":            {"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"},
		"WebP extended":   {"RIFF\x10\x00\x00\x00WEBPVP8X", "image/webp"},
		"WAV":             {"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav"},
		"WAV with junk":   {"RIFF\x10\x00\x00\x00WAVEJUNK", "audio/wav"},
		"AVI":             {"RIFF\x10\x00\x00\x00AVI LIST", ""},
		"iPhone photo":    {ftyp("heic", "mif1", "heic"), "image/heic"},
		"HEIF":            {ftyp("mif1", "mif1", "heic"), "image/heic"},
		"AVIF":            {ftyp("mif1", "miaf", "avif"), "image/avif"},
		"iPhone video":    {ftyp("qt  ", "qt  "), "video/quicktime"},
		"Android video":   {ftyp("mp42", "isom", "mp42"), "video/mp4"},
		"Telegram video":  {ftyp("isom", "isom", "iso2", "avc1", "mp41"), "video/mp4"},
		"old phone":       {ftyp("3gp4", "isom", "3gp4"), "video/3gpp"},
		"older phone":     {ftyp("3g2a", "3g2a"), "video/3gpp2"},
		"voice memo":      {ftyp("M4A ", "M4A ", "mp42"), "audio/mp4"},
		"unknown MP4":     {ftyp("abcd", "isom"), "video/mp4"},
		"raw photo":       {ftyp("crx ", "crx ", "isom"), ""},
		"unknown boxes":   {ftyp("abcd", "efgh"), ""},
		"broken boxes":    {"\x00\x00\x00\x01ftypisom\x00\x00\x00\x00", ""},
		"WebM":            {"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"},
		"Matroska":        {"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x88matroska", ""},
		"voice message":   {"OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x13OpusHead\x01", "audio/ogg"},
		"Vorbis":          {"OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x1E\x01vorbis", "audio/ogg"},
		"other Ogg":       {"OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x1Efishead", ""},
		"short Ogg":       {"OggS\x00", ""},
		"MP3 with tag":    {"ID3\x04\x00\x00\x00\x00\x00\x00" + mp3, "audio/mpeg"},
		"MP3":             {mp3 + mp3, "audio/mpeg"},
		"one MP3 frame":   {mp3, ""},
		"AAC":             {adts + adts, "audio/aac"},
		"one AAC frame":   {adts, ""},
		"AMR":             {"#!AMR\n\x3C\x00", "audio/amr"},
		"PDF":             {"%PDF-1.7\n", "application/pdf"},
		"docx":            {zipped(t, docx...), openXML + "wordprocessingml.document"},
		"large docx":      {zipped(t, with(docx, large...)...), openXML + "wordprocessingml.document"},
		"heavy docx":      {zipped(t, with(docx, "word/media/1.jpg="+string(photo(t, 300<<10)))...), openXML + "wordprocessingml.document"},
		"long directory":  {zipped(t, with(docx, slices.Repeat(large, 6)...)...), ""},
		"xlsx":            {zipped(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/printerSettings/printerSettings1.bin"), openXML + "spreadsheetml.sheet"},
		"pptx":            {zipped(t, "_rels/.rels", "[Content_Types].xml", "ppt/presentation.xml"), openXML + "presentationml.presentation"},
		"docx with macro": {zipped(t, with(docx, "word/vbaProject.bin")...), ""},
		"docx with exe":   {zipped(t, with(docx, "word/Setup.EXE")...), ""},
		"docx without":    {zipped(t, docx[:2]...), ""},
		"odt":             {zipped(t, odt...), "application/vnd.oasis.opendocument.text"},
		"odt with macro":  {zipped(t, append(odt, "Basic/Standard/Module1.xml")...), ""},
		"odt in name":     {zipped(t, odt[:1]...), ""},
		"epub":            {zipped(t, "mimetype=application/epub+zip", "META-INF/manifest.xml", "content.xml"), ""},
		"zip":             {zipped(t, "foto.jpg="+string(plainJPEG(t))), ""},
		"apk":             {zipped(t, "AndroidManifest.xml", "classes.dex"), ""},
		"cut zip":         {zipped(t, docx...)[:200], ""},
		"zip in a text":   {"PK\x03\x04", ""},
		"chat":            {"[31/12/23 20.15.01] Budi: <Media tidak disertakan>\r\n[31/12/23 20.16] Sri: siap \u200e✅\n", "text/plain"},
		"chat with BOM":   {"\uFEFFhalo", "text/plain"},
		"long chat":       {strings.Repeat("é", 50_000), "text/plain"},
		"short text":      {"ok", "text/plain"},
		"ID3 in words":    {"ID3 adalah nomor induk", "text/plain"},
		"Latin-1":         {"caf\xE9 au lait", ""},
		"UTF-16":          {"\xFF\xFEh\x00a\x00", ""},
		"escape codes":    {"halo \x1b[2J", ""},
		"late NUL":        {strings.Repeat("halo ", 9000) + "\x00", ""},
		"HTML":            {" \n<!doctype HTML><p>", ""},
		"HTML without":    {"<p>halo<SCRIPT>x</script>", ""},
		"SVG":             {"<svg xmlns='http://www.w3.org/2000/svg'>", ""},
		"XML":             {"<?xml version='1.0'?><svg/>", ""},
		"shell":           {"#!/bin/sh\nrm -rf /", ""},
		"batch":           {"@ECHO OFF\r\n", ""},
		"PHP":             {"halo <?php system('x');", ""},
		"RTF":             {`{\rtf1 halo}`, ""},
		"shortcut":        {"[InternetShortcut]\nURL=http://x", ""},
		"Windows program": {"MZ\x90\x00\x03\x00", ""},
		"Linux program":   {"\x7FELF\x02\x01", ""},
		"old Word":        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ""},
		"RAR":             {"Rar!\x1A\x07\x01\x00", ""},
		"gzip":            {"\x1F\x8B\x08\x00", ""},
		"TIFF":            {"II*\x00\x08\x00\x00\x00", "image/tiff"},
		"TIFF of a Mac":   {"MM\x00*\x00\x00\x10\x00", "image/tiff"},
		"cut TIFF":        {"MM\x00*\x00\x00", ""},
		"BigTIFF":         {"II+\x00\x08\x00\x00\x00", ""},
		"Canon raw":       {"II*\x00\x10\x00\x00\x00CR\x02\x00", ""},
		"Nikon raw":       {"MM\x00*\x00\x00\x00\x08\x00\x01\x00\xFE\x00\x04\x00\x00\x00\x01\x00\x00\x00\x01", ""},
		"Pentax raw":      {"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x03\x00\x03\x00\x00\x00\x01\xFF\xFF\x00\x00", ""},
		"Adobe raw":       {"II*\x00\x08\x00\x00\x00\x01\x00\x12\xC6\x01\x00\x04\x00\x00\x00\x01\x04\x00\x00", ""},
		"raw sensor":      {"II*\x00\x08\x00\x00\x00\x01\x00\x06\x01\x03\x00\x01\x00\x00\x00\x23\x80\x00\x00", ""},
		"nothing known":   {"\x00\x01\x02\x03", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judged(c.content); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
