package flows

import "unicode/utf8"

// Story is what happened, in the reporter's words. A voice note may tell it:
// then one line says what it is about, for those who cannot listen.
type Story struct {
	Min, Max int // characters
	Summary  int // of the line beside a voice note, at least
}

// voiceNote is the type of a voice note on Telegram and WhatsApp. Other sound is
// a recording of something, and evidence.
const voiceNote = "audio/ogg"

// Voice is the code of a story that a voice note tells.
const Voice Code = "voice"

// Accepts implements Kind.
func (Story) Accepts() Accepts { return Accepts{Text: true} }

func (Story) gives() []Code { return []Code{Voice} }

// Read implements Kind.
func (k Story) Read(in Input, had Answer) (Answer, error) {
	least := k.Min
	if had.Is(Voice) {
		least = k.Summary
	}
	a, err := Text{Min: least, Max: k.Max}.Read(in, Answer{})
	if err == nil && had.Is(Voice) && utf8.RuneCountInString(a.Text) < k.Min {
		a.Codes = []Code{Voice}
	}
	return a, err
}

func (Story) holds(a Answer) bool { return a.Text != "" || a.Open && a.Is(Voice) }

// again asks for the line beside a voice note.
func (Story) again(Answer) (ask Phrase, choices []Option) { //nolint:unparam // other kinds offer choices
	return Say("story.summary"), nil
}
