package telegramtest

import (
	"strconv"
	"strings"
)

// media is the file part of a message.
type media struct {
	kind     string // photo, document, video, voice or audio
	file     *file  // the largest size
	sizes    []*file
	duration int
}

func sendPhoto(c *call) *apiError    { return c.sendMedia("photo") }
func sendDocument(c *call) *apiError { return c.sendMedia("document") }
func sendVideo(c *call) *apiError    { return c.sendMedia("video") }
func sendVoice(c *call) *apiError    { return c.sendMedia("voice") }
func sendAudio(c *call) *apiError    { return c.sendMedia("audio") }

func (c *call) sendMedia(kind string) *apiError {
	text, ents, e := c.text("caption", "caption_entities")
	if e != nil {
		return e
	}
	if utf16Len(text) > maxCaption {
		return bad("MEDIA_CAPTION_TOO_LONG")
	}
	d, e := c.draft()
	if e != nil {
		return e
	}
	f, e := c.media(kind, kind, c.get(kind))
	if e != nil {
		return e
	}
	f.duration = int(c.getInt("duration"))
	return c.send(d, &message{text: text, ents: ents, media: f})
}

// media resolves what a client gives for a file: a part of the request, an
// attach:// reference to one, or the identifier of a file already there. The
// emulator fetches no URL.
func (c *call) media(kind, field, value string) (*media, *apiError) {
	if part, ok := strings.CutPrefix(value, "attach://"); ok {
		field, value = part, ""
	}
	if value != "" {
		if strings.Contains(value, "://") {
			return nil, bad("failed to get HTTP URL content")
		}
		f := c.s.files.get(value)
		switch {
		case f == nil:
			return nil, bad("wrong file identifier/HTTP URL specified")
		case f.kind != kind:
			return nil, bad("can't use file of type " + f.kind + " as " + kind)
		}
		return &media{kind: kind, file: f, sizes: []*file{f}}, nil
	}
	up := c.file(field)
	if up == nil {
		return nil, bad("there is no " + kind + " in the request")
	}
	if len(up.data) == 0 {
		return nil, bad("file must be non-empty")
	}
	if kind == "photo" {
		if e := checkPhoto(up.data); e != nil {
			return nil, e
		}
	}
	return c.s.files.put(kind, up.name, up.mime, up.data, int64(len(up.data))), nil
}

const maxPhoto = 10 << 20

func checkPhoto(data []byte) *apiError {
	if len(data) > maxPhoto {
		return bad("file of size " + strconv.Itoa(len(data)) + " bytes is too big for a photo; the maximum size is " +
			strconv.Itoa(maxPhoto) + " bytes")
	}
	w, h, ok := imageSize(data)
	if !ok {
		return bad("IMAGE_PROCESS_FAILED")
	}
	if w > 0 && h > 0 && (w+h > 10000 || w > 20*h || h > 20*w) {
		return bad("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// sendMediaGroup sends an album: two to ten files in one call, none of them
// with buttons.
func sendMediaGroup(c *call) *apiError {
	v, err := parseJSON(c.get("media"))
	if err != nil {
		return bad("can't parse media JSON object")
	}
	if v.kind != jarr {
		return bad("expected an Array of InputMedia")
	}
	switch n := len(v.arr); {
	case n == 0:
		return bad("there are no messages to send")
	case n == 1:
		return bad("an album must include 2-10 items")
	case n > 10:
		return bad("too many messages to send as an album")
	}
	d, e := c.draft()
	if e != nil {
		return e
	}
	album := strconv.FormatInt(c.s.albums.Add(1), 10)
	msgs := make([]*message, len(v.arr))
	kinds := map[string]bool{}
	for i := range v.arr {
		m, e := c.albumItem(&v.arr[i])
		if e != nil {
			return e
		}
		m.album = album
		msgs[i] = m
		kinds[m.media.kind] = true
	}
	if len(kinds) > 1 {
		for _, kind := range [...]string{"document", "audio"} {
			if kinds[kind] {
				return bad(strings.ToUpper(kind[:1]) + kind[1:] + " can't be mixed with other media types")
			}
		}
	}
	return c.send(d, msgs...)
}

var mediaFields = " type media caption parse_mode caption_entities show_caption_above_media has_spoiler thumbnail thumb " +
	"cover start_timestamp width height duration supports_streaming disable_content_type_detection performer title "

func (c *call) albumItem(v *jval) (*message, *apiError) {
	const cant = "can't parse InputMedia: "
	if v.kind != jobj {
		return nil, bad(cant + "expected an Object")
	}
	for _, f := range v.obj {
		if !strings.Contains(mediaFields, " "+f.name+" ") {
			return nil, bad(cant + "unknown field " + f.name)
		}
	}
	kind := v.get("type").str()
	switch kind {
	case "photo", "video", "document", "audio":
	case "animation":
		return nil, bad(cant + `type "animation" can't be used in sendMediaGroup`)
	default:
		return nil, bad(cant + `type "` + kind + `" is unsupported`)
	}
	if v.get("media").str() == "" {
		return nil, bad(cant + "media not found")
	}
	text, ents, e := c.formatted(v.get("caption").str(), v.get("parse_mode").str(), v.get("caption_entities").raw)
	if e != nil {
		return nil, e
	}
	if utf16Len(text) > maxCaption {
		return nil, bad("MEDIA_CAPTION_TOO_LONG")
	}
	f, e := c.media(kind, "", v.get("media").s)
	if e != nil {
		return nil, e
	}
	return &message{text: text, ents: ents, media: f}, nil
}
