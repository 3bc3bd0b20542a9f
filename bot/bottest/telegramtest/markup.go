package telegramtest

import (
	"strings"
	"unicode/utf8"
)

// Button is a button as the reader sees it. Data and URL are empty for buttons
// that do something else, such as those of a reply keyboard.
type Button struct {
	Text, Data, URL string
	other           string // another action, as it was sent
}

// markup is a reply_markup that was read.
type markup struct {
	rows   [][]Button // inline keyboard
	raw    string     // the same, as it was sent
	keys   [][]Button // reply keyboard
	remove bool       // takes the reply keyboard away
}

var (
	inlineActions = []string{
		"url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
		"switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
	}
	looks     = " text icon_custom_emoji_id style "
	keyFields = looks + "request_users request_chat request_managed_bot request_contact request_location request_poll web_app "
	topFields = " inline_keyboard keyboard is_persistent resize_keyboard one_time_keyboard input_field_placeholder " +
		"selective remove_keyboard force_reply "
)

// markup reads the reply_markup parameter. inlineOnly is for edits, which can
// not bring a reply keyboard.
func (c *call) markup(inlineOnly bool) (m markup, e *apiError) {
	s := c.get("reply_markup")
	if s == "" {
		return m, nil
	}
	v, err := parseJSON(s)
	if err != nil {
		return m, bad("can't parse reply keyboard markup JSON object")
	}
	if v.kind != jobj {
		return m, bad("object expected as reply markup")
	}
	for _, f := range v.obj {
		if !strings.Contains(topFields, " "+f.name+" ") {
			return m, bad("unknown field " + f.name + " in reply markup")
		}
	}
	if keys := v.get("keyboard"); keys.raw != "" {
		if inlineOnly {
			return m, bad("inline keyboard expected")
		}
		m.keys, e = c.rows(keys, "keyboard", 12, readKey)
		return m, e
	}
	if inline := v.get("inline_keyboard"); inline.raw != "" {
		m.raw = inline.raw
		m.rows, e = c.rows(inline, "inline_keyboard", 8, readInline)
		return m, e
	}
	m.remove = v.get("remove_keyboard").b
	if inlineOnly {
		return m, bad("inline keyboard expected")
	}
	if !m.remove && !v.get("force_reply").b {
		return m, bad("reply markup without a keyboard")
	}
	return m, nil
}

func (c *call) rows(v *jval, name string, wide int, read func(*jval) (Button, string)) ([][]Button, *apiError) {
	if v.kind != jarr {
		return nil, bad(`field "` + name + `" must be of type Array`)
	}
	rows := make([][]Button, 0, len(v.arr))
	total := 0
	for i := range v.arr {
		if v.arr[i].kind != jarr {
			return nil, bad(`field "` + name + `" must be an Array of Arrays`)
		}
		in := v.arr[i].arr
		row := make([]Button, 0, len(in))
		for j := range in {
			b, problem := read(&in[j])
			if problem != "" {
				return nil, bad(problem)
			}
			row = append(row, b)
		}
		if len(row) > wide {
			c.note("more buttons in a row of the " + name + " than Telegram shows")
		}
		if total += len(row); total > 100 && name == "inline_keyboard" {
			return nil, bad("reply markup is too long")
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func readInline(v *jval) (b Button, problem string) {
	const cant = "can't parse inline keyboard button: "
	if v.kind != jobj {
		return b, cant + "InlineKeyboardButton must be an Object"
	}
	actions := 0
	for i := range v.obj {
		f := &v.obj[i]
		switch f.name {
		case "text":
			b.Text = f.val.str()
		case "callback_data":
			if b.Data = f.val.str(); b.Data != "" {
				actions++
			}
		case "url":
			if b.URL = f.val.str(); b.URL != "" {
				actions++
			}
		default:
			if strings.Contains(looks, " "+f.name+" ") {
				continue
			}
			if !isAction(f.name) {
				return b, cant + "unknown field " + f.name
			}
			actions++
			b.other = f.name + f.val.raw
		}
	}
	switch {
	case v.get("text").kind != jstr:
		return b, cant + `Field "text" must be of type String`
	case strings.TrimSpace(b.Text) == "":
		return b, "inline keyboard button text must be non-empty"
	case actions == 0:
		return b, cant + "Text buttons are unallowed in the inline keyboard"
	case actions > 1:
		return b, cant + "Exactly one action must be used"
	case len(b.Data) > 64 || !utf8.ValidString(b.Data):
		return b, "BUTTON_DATA_INVALID"
	case b.URL != "" && !validURL(b.URL):
		return b, "inline keyboard button URL '" + b.URL + "' is invalid: Wrong HTTP URL"
	}
	return b, ""
}

func isAction(name string) bool {
	for _, a := range inlineActions {
		if a == name {
			return true
		}
	}
	return false
}

func readKey(v *jval) (b Button, problem string) {
	if v.kind == jstr {
		b.Text = v.s
	} else if v.kind != jobj {
		return b, "can't parse keyboard button: KeyboardButton must be a String or an Object"
	}
	for i := range v.obj {
		f := &v.obj[i]
		if !strings.Contains(keyFields, " "+f.name+" ") {
			return b, "can't parse keyboard button: unknown field " + f.name
		}
		if !strings.Contains(looks, " "+f.name+" ") && f.val.raw != "false" {
			b.other = f.name
		}
	}
	if v.kind == jobj {
		b.Text = v.get("text").str()
	}
	if strings.TrimSpace(b.Text) == "" {
		return b, "keyboard button text must be non-empty"
	}
	return b, ""
}

// same reports whether both inline keyboards show and do the same.
func (m markup) same(o markup) bool {
	if len(m.rows) != len(o.rows) {
		return false
	}
	for i, row := range m.rows {
		if len(row) != len(o.rows[i]) {
			return false
		}
		for j, b := range row {
			if b != o.rows[i][j] {
				return false
			}
		}
	}
	return true
}
