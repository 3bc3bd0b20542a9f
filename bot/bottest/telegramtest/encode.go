package telegramtest

import "strconv"

// This file writes Bot API objects. All functions append to dst and return it.

func startTag(e entity) string {
	arg := ""
	switch e.typ {
	case "text_link":
		arg = ` href="` + escapeHTML.Replace(e.arg) + `"`
	case "text_mention":
		arg = ` href="tg://user?id=` + strconv.FormatInt(e.user, 10) + `"`
	case "expandable_blockquote":
		arg = " expandable"
	case "custom_emoji":
		arg = ` emoji-id="` + escapeHTML.Replace(e.arg) + `"`
	case "date_time":
		arg = ` unix="` + escapeHTML.Replace(e.arg) + `"`
	case "pre":
		if e.arg != "" {
			return `<pre><code class="language-` + escapeHTML.Replace(e.arg) + `">`
		}
	}
	return "<" + entityTag[e.typ] + arg + ">"
}

func endTag(e entity) string {
	if e.typ == "pre" && e.arg != "" {
		return "</code></pre>"
	}
	return "</" + entityTag[e.typ] + ">"
}

func appendUser(dst []byte, u *User) []byte {
	dst = append(dst, '{')
	dst = appendInt(dst, "id", u.ID)
	dst = append(appendKey(dst, "is_bot"), "false"...)
	dst = appendStr(dst, "first_name", u.FirstName)
	dst = appendOpt(dst, "last_name", u.LastName)
	dst = appendOpt(dst, "username", u.Username)
	dst = appendOpt(dst, "language_code", u.Lang)
	return append(dst, '}')
}

func appendChat(dst []byte, id int64, kind, title string, u *User, forum bool) []byte {
	dst = append(dst, '{')
	dst = appendInt(dst, "id", id)
	if u != nil {
		dst = appendStr(dst, "first_name", u.FirstName)
		dst = appendOpt(dst, "last_name", u.LastName)
		dst = appendOpt(dst, "username", u.Username)
	} else {
		dst = appendStr(dst, "title", title)
	}
	dst = appendStr(dst, "type", kind)
	dst = appendTrue(dst, "is_forum", forum)
	return append(dst, '}')
}

// appendMessage writes a Message. ch.mu must be held.
func appendMessage(dst []byte, ch *chat, m *message, withReply bool) []byte {
	dst = append(dst, '{')
	dst = appendInt(dst, "message_id", int64(m.id))
	if m.from != nil {
		dst = appendRaw(dst, "from", m.from.json)
	} else {
		dst = appendRaw(dst, "from", ch.srv.botJSON)
	}
	dst = appendRaw(dst, "chat", ch.json)
	dst = appendInt(dst, "date", m.date)
	if m.edits > 0 {
		dst = appendInt(dst, "edit_date", m.editDate)
	}
	if m.thread != 0 {
		dst = appendInt(dst, "message_thread_id", int64(m.thread))
		dst = appendTrue(dst, "is_topic_message", true)
	}
	if withReply && m.replied != nil {
		dst = appendMessage(appendKey(dst, "reply_to_message"), ch, m.replied, false)
	}
	dst = appendOpt(dst, "media_group_id", m.album)
	dst = appendTrue(dst, "has_protected_content", m.protected)
	text, entities := "text", "entities"
	if m.media != nil {
		text, entities = "caption", "caption_entities"
		dst = m.media.append(dst)
	}
	dst = append(dst, m.extra...)
	if m.text != "" {
		dst = appendStr(dst, text, m.text)
		if len(m.ents) > 0 {
			dst = appendEntities(appendKey(dst, entities), m.ents)
		}
	}
	if len(m.markup.rows) > 0 {
		dst = append(appendKey(dst, "reply_markup"), `{"inline_keyboard":`...)
		dst = append(append(dst, m.markup.raw...), '}')
	}
	return append(dst, '}')
}

func appendEntities(dst []byte, ents []entity) []byte {
	dst = append(dst, '[')
	for i, e := range ents {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		dst = appendInt(dst, "offset", int64(e.off))
		dst = appendInt(dst, "length", int64(e.n))
		dst = appendStr(dst, "type", e.typ)
		switch e.typ {
		case "text_link":
			dst = appendStr(dst, "url", e.arg)
		case "pre":
			dst = appendOpt(dst, "language", e.arg)
		case "custom_emoji":
			dst = appendStr(dst, "custom_emoji_id", e.arg)
		case "text_mention":
			dst = append(appendKey(dst, "user"), '{')
			dst = appendInt(dst, "id", e.user)
			dst = append(dst, `,"is_bot":false,"first_name":"User"}`...)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// append writes the member that holds the file.
func (f *media) append(dst []byte) []byte {
	dst = appendKey(dst, f.kind)
	if f.kind == "photo" {
		dst = append(dst, '[')
		for i, size := range f.sizes {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, '{')
			dst = size.append(dst)
			dst = appendInt(dst, "width", int64(size.width))
			dst = appendInt(dst, "height", int64(size.height))
			dst = append(dst, '}')
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	if f.kind != "document" {
		dst = appendInt(dst, "duration", int64(f.duration))
	}
	if f.kind == "video" {
		dst = append(dst, `,"width":640,"height":360`...)
	}
	if f.kind != "voice" {
		dst = appendOpt(dst, "file_name", f.file.name)
	}
	dst = appendOpt(dst, "mime_type", f.file.mime)
	return append(f.file.append(dst), '}')
}

// append writes the members that all files share.
func (f *file) append(dst []byte) []byte {
	dst = appendStr(dst, "file_id", f.id)
	dst = appendStr(dst, "file_unique_id", f.unique)
	return appendInt(dst, "file_size", f.size)
}
