package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/locales"
)

// Reporter is a person at the other end of a channel, with the platform's own
// client in hand.
type Reporter interface {
	Say(text string)
	// Press presses the button with that label, as the person sees it now.
	Press(label string) error
	// Photo sends pictures; several are an album.
	Photo(pictures ...[]byte)
	// See waits until the chat shows the words; in the bot's last message and
	// with a button of that label, if one is given.
	See(ctx context.Context, words, label string) error
	// Numbers says that choices are answered by number: one answer chooses all.
	Numbers() bool
	// Chat is all that the bot said and still stands in the chat.
	Chat() string
	// Buttons counts the bot's messages that have buttons.
	Buttons() int
}

// Editor is a Reporter whose client can change what was said.
type Editor interface {
	// Change changes the newest message with words.
	Change(text string)
}

// Line is one exchange: what the reporter does, and what they then see.
type Line struct {
	Say   string
	Press string // locale key of a label
	Photo int    // how many pictures
	See   string // locale key of words the bot's last message must hold
}

func (l Line) String() string {
	return l.Say + l.Press + strings.Repeat("📷", l.Photo) + " → " + l.See
}

// Canaries are what a test plants and then looks for everywhere.
const (
	CanaryStory   = "kenari kronologi yang diceritakan panjang lebar di lapangan"
	CanaryPerson  = "Kenari Terlapor"
	CanaryName    = "Kenari Pelapor"
	CanaryAddress = "Jalan Kenari Nomor 7"
	CanaryPhone   = "+6281299990007"
	CanaryRegion  = "Kayong Utara"
	CanaryPlace   = "61-11-03" // as which it is kept
)

// Citizen is a whole citizen's report with a name and one picture.
var Citizen = []Line{
	{Say: "/start", See: "menu.ask"},
	{Press: "menu.citizen", See: "citizen.consent.ask"},
	{Press: "citizen.consent.agree", See: "citizen.mode.ask"},
	{Press: "citizen.mode.named", See: "citizen.region.ask"},
	{Say: "Teluk Batang, " + CanaryRegion, See: "citizen.place.ask"},
	{Say: "Lapangan desa", See: "citizen.status.ask"},
	{Press: "citizen.status.pns", See: "citizen.name.ask"},
	{Say: CanaryPerson, See: "citizen.office.ask"},
	{Say: "Kepala seksi, Kecamatan Contoh", See: "citizen.kind.ask"},
	{Press: "citizen.kind.kampanye", See: "citizen.date.ask"},
	{Say: "tiga hari lalu, sore", See: "citizen.known.ask"},
	{Press: "citizen.known.same", See: "citizen.story.ask"},
	{Say: CanaryStory, See: "citizen.evidence.ask"},
	{Photo: 1, See: "evidence.more"},
	{Press: "common.done", See: "citizen.reporter_name.ask"},
	{Say: CanaryName, See: "citizen.reporter_address.ask"},
	{Say: CanaryAddress, See: "citizen.voter.ask"},
	{Press: "common.yes", See: "citizen.follow_up.ask"},
	{Press: "common.yes", See: "citizen.review.ask"},
	{Press: "review.more", See: "citizen.nip.ask"},
	{Press: "common.skip", See: "citizen.favoured.ask"},
	{Press: "common.skip", See: "citizen.witnesses.ask"},
	{Press: "common.skip", See: "citizen.reporter_phone.ask"},
	{Say: CanaryPhone, See: "citizen.review.ask"},
	{Press: "citizen.review.send", See: "citizen.sent"},
}

// Pressure is a whole report of pressure with an album of two pictures, from
// somebody who wants no further message.
var Pressure = []Line{
	{Say: "/start pressure", See: "pressure.safe.ask"},
	{Press: "pressure.safe.safe", See: "pressure.consent.ask"},
	{Press: "pressure.consent.agree", See: "pressure.region.ask"},
	{Say: CanaryRegion, See: "pressure.kind.ask"},
	{Press: "pressure.kind.mutasi", See: "pressure.kind.ask"},
	{Press: "common.done", See: "pressure.presser.ask"},
	{Press: "pressure.presser.atasan", See: "pressure.when.ask"},
	{Press: "pressure.when.bulan", See: "pressure.story.ask"},
	{Say: CanaryStory, See: "pressure.evidence.ask"},
	{Photo: 2, See: "evidence.more"},
	{Press: "common.done", See: "pressure.bodies.ask"},
	{Press: "common.done", See: "pressure.follow_up.ask"},
	{Press: "common.no", See: "pressure.review.ask"},
	{Press: "review.more", See: "pressure.status.ask"},
	{Press: "pressure.status.pns", See: "pressure.asked.ask"},
	{Press: "common.skip", See: "pressure.presser_name.ask"},
	{Press: "common.skip", See: "pressure.how.ask"},
	{Press: "pressure.how.rapat", See: "pressure.how.ask"},
	{Press: "common.done", See: "pressure.ongoing.ask"},
	{Press: "common.enough", See: "pressure.review.ask"},
	{Press: "pressure.review.send", See: "pressure.sent"},
}

// Until is the beginning of a script, to the line after which something is first
// said.
func Until(script []Line, see string) []Line {
	return script[:1+slices.IndexFunc(script, func(l Line) bool { return l.See == see })]
}

// Talk plays a script, one line after the other has been answered.
func Talk(ctx context.Context, r Reporter, l *locales.Locales, lang string, picture []byte, script []Line) error {
	if r.Numbers() {
		script = numbered(script)
	}
	label := ""
	for i, line := range script {
		switch {
		case line.Say != "":
			r.Say(line.Say)
		case line.Photo > 0:
			many := make([][]byte, line.Photo)
			for i := range many {
				// Different contents, so that none counts as a repeat: a comment
				// that the scrubber drops.
				many[i] = append(append([]byte{}, picture[:2]...), append([]byte{0xff, 0xfe, 0, 3, byte('a' + i)}, picture[2:]...)...)
			}
			r.Photo(many...)
		default:
			if err := r.Press(Words(l, lang, line.Press)); err != nil {
				return fmt.Errorf("line %d (%s): %w", i, line, err)
			}
		}
		label = ""
		if i+1 < len(script) && script[i+1].Press != "" {
			label = Words(l, lang, script[i+1].Press)
		}
		if err := r.See(ctx, Words(l, lang, line.See), label); err != nil {
			return fmt.Errorf("line %d (%s): %w; the chat:\n%s", i, line, err, r.Chat())
		}
	}
	return nil
}

// numbered leaves out what only buttons need: the end of a choice of several.
func numbered(script []Line) []Line {
	var out []Line
	for i := 0; i < len(script); i++ {
		line := script[i]
		if next := i + 1; line.Press != "" && next < len(script) && script[next].Press == "common.done" && i > 0 && script[i-1].See == line.See {
			line.See = script[next].See
			i++
		}
		out = append(out, line)
	}
	return out
}

// Words is a text up to its first value, as a person reads it: enough to
// recognise it by.
func Words(l *locales.Locales, lang, key string) string {
	const mark = "\x01"
	p := flows.Say(key)
	p.Args = map[string]flows.Phrase{}
	for _, name := range []string{"ticket", "pin", "value", "n", "of", "label", "list", "elsewhere", "text", "number", "minutes", "day", "what", "name"} {
		p.Args[name] = flows.Phrase{Text: mark}
	}
	text, _, _ := strings.Cut(l.Plain(l.Render(lang, p, map[string]string{"channel": mark})), mark)
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(text)
}
