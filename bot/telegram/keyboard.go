package telegram

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/netralitas/netra/bot"
)

type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// rowWidth is how many characters fit side by side on a small phone.
const rowWidth = 28

// keyboard lays the buttons out: answers as wide as they need, then skip, back
// and cancel in one row. It returns "" when there are none.
func keyboard(r bot.Reply) string {
	var rows [][]button
	var row []button
	width := 0
	for i, c := range r.Choices {
		label := c.Label
		switch {
		case r.Number:
			label = strconv.Itoa(r.First+i+1) + ". " + label
		case c.On:
			label = "✅ " + label
		}
		n := utf8.RuneCountInString(label) + 2
		if len(row) > 0 && (width+n > rowWidth || len(row) == 3) {
			rows, row, width = append(rows, row), nil, 0
		}
		row, width = append(row, button{label, pack(c.Press)}), width+n
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	row = nil
	for _, c := range r.Nav {
		row = append(row, button{c.Label, pack(c.Press)})
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return ""
	}
	raw, err := json.Marshal(struct {
		Rows [][]button `json:"inline_keyboard"`
	}{rows})
	if err != nil { // strings always marshal
		panic(err)
	}
	return string(raw)
}

// none takes all buttons away.
const none = `{"inline_keyboard":[]}`
