package desk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"github.com/netralitas/netra/bot"
	"github.com/netralitas/netra/bot/intake"
	"github.com/netralitas/netra/bot/packet"
	"github.com/netralitas/netra/flows"
	"github.com/netralitas/netra/store"
)

// wanted is what an officer wants in a packet beside what the card shows, each of
// which needs a reason.
type wanted struct{ identity, originals, details bool }

// want reads the words before the reason.
func (d *Desk) want(rest string) (w wanted, reason string) {
	for {
		word, more, _ := strings.Cut(rest, " ")
		switch d.Words.Desk(strings.Trim(word, ":,.")) {
		case "identity":
			w.identity = true
		case "original":
			w.originals = true
		case "details":
			w.details = true
		default:
			return w, strings.TrimSpace(rest)
		}
		rest = strings.TrimSpace(more)
	}
}

// parts says what is in a packet, in words and for the name of its file.
func (w wanted) parts() (list []flows.Phrase, name string) {
	list, name = []flows.Phrase{flows.Say("packet.evidence")}, "berkas"
	for _, x := range []struct {
		in        bool
		key, word string
	}{{w.identity, "packet.identity", "identitas"}, {w.originals, "packet.originals", "asli"}, {w.details, "packet.details", "rincian"}} {
		if x.in {
			list, name = append(list, flows.Say(x.key)), name+"-"+x.word
		}
	}
	return list, name
}

// packet gives the officer the case to take along: the form, the evidence and,
// with a reason, what is sealed.
func (d *Desk) packet(ctx context.Context, a action) (answer, error) {
	w, reason := d.want(a.rest)
	if (w != wanted{} || a.route.Sees != intake.Full) && short(reason, leastReason) {
		return refuse("desk.how.packet", "ticket", a.ticket()), nil
	}
	to, err := a.route.AgeRecipients()
	if err != nil {
		return answer{}, err
	}
	if w.originals && len(to) == 0 {
		return refuse("desk.no_recipient", "ticket", a.ticket()), nil
	}
	files, err := d.pieces(ctx, a)
	if err != nil {
		return answer{}, err
	}
	var who map[flows.StepID]flows.Answer
	if w.identity {
		if who, err = d.Registry.Identity(ctx, a.c.Report.ID); err != nil && !errors.Is(err, store.ErrShredded) {
			return answer{}, err
		}
		if len(who) == 0 {
			return refuse("desk.no_identity", "ticket", a.ticket()), nil
		}
	}
	doc := d.document(a, w, who, files)
	entries := []packet.Entry{
		{Name: a.c.Report.ID.Ticket() + ".pdf", Size: 1 << 20, Write: doc.PDF},
		{Name: a.c.Report.ID.Ticket() + ".txt", Size: 1 << 20, Write: func(w io.Writer) error { _, err := io.WriteString(w, doc.Text()); return err }},
	}
	for _, f := range files {
		entries = append(entries, f.entries(ctx, d, a.c.Report.ID, w, to)...)
	}
	if reason == "" {
		reason = "-"
	}
	parts, _ := w.parts()
	seen := flows.Say("desk.looked.packet", "list", flows.Phrase{Items: parts}, "text", text(reason))
	return d.privately(ctx, a, seen, func() error { return d.hand(ctx, a, w, entries) })
}

// hand gives the officer the archives, one after the other: together they could be
// more than fits into memory.
func (d *Desk) hand(ctx context.Context, a action, w wanted, entries []packet.Entry) error {
	d.packing.Lock()
	defer d.packing.Unlock()
	volumes := packet.Volumes(entries)
	parts, what := w.parts()
	about := flows.Say("desk.packet", "ticket", a.ticket(), "n", text(strconv.Itoa(len(volumes))), "list", flows.Phrase{Items: parts})
	if err := a.ch.Notify(ctx, a.m.From, d.Words.Render(d.Lang, about, nil)); err != nil {
		return err
	}
	for i, v := range volumes {
		raw, err := packet.Archive(v, d.Now())
		if err != nil {
			return err
		}
		name := a.c.Report.ID.Ticket() + "-" + what
		if len(volumes) > 1 {
			name += "-" + strconv.Itoa(i+1)
		}
		up := bot.Upload{
			Name: name + ".zip", Type: "application/zip", Size: int64(len(raw)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil },
		}
		if err := a.ch.PostFiles(ctx, a.m.From, []bot.Upload{up}, ""); err != nil {
			return err
		}
	}
	return nil
}

// piece is a file of a case, as the packet has it.
type piece struct {
	flows.File
	name string // without what its name ends with
	gone bool   // it was removed because its time had come
	copy *store.Derived
}

func (d *Desk) pieces(ctx context.Context, a action) ([]piece, error) {
	id := a.c.Report.ID
	var out []piece
	for i, f := range a.c.Files(d.Rules.Flow(a.c.Report.Flow)) {
		p := piece{File: f, name: id.Ticket() + "-" + strconv.Itoa(i+1)}
		there, err := d.has(ctx, id, f)
		if err != nil {
			return nil, err
		}
		p.gone = !there
		if there {
			about, err := d.Vault.Describe(ctx, id, f)
			if err != nil {
				return nil, err
			}
			p.copy = about.Copy
		}
		out = append(out, p)
	}
	return out, nil
}

func (p piece) entries(ctx context.Context, d *Desk, id flows.ReportID, w wanted, to []age.Recipient) (out []packet.Entry) {
	if p.gone {
		return nil
	}
	if p.copy != nil {
		out = append(out, packet.Entry{Name: p.copyName(), Size: p.copy.Size, Write: packet.Copy(func() (io.ReadCloser, error) { return d.Vault.Copy(ctx, id, p.File) })})
	}
	if w.originals {
		open := packet.Copy(func() (io.ReadCloser, error) { return d.Vault.Original(ctx, id, p.File) })
		out = append(out, packet.Entry{Name: p.sealedName(), Size: packet.SealedSize(p.Size, to), Write: packet.Sealed(to, open)})
	}
	return out
}

func (p piece) copyName() string   { return p.name + intake.Extension(p.Type) }
func (p piece) sealedName() string { return p.name + "-original" + intake.Extension(p.Type) + ".age" }

// sheet is a form that is being filled in.
type sheet struct {
	d     *Desk
	a     action
	f     flows.Flow
	rep   flows.Finished
	want  wanted
	who   map[flows.StepID]flows.Answer // nil: it was not asked for
	named bool
	used  map[flows.StepID]bool
}

// document fills the form in. Its parts are those of the form in the annex of
// Perbawaslu 9/2024; the form of Pemilu, Model B.1, has the same.
func (d *Desk) document(a action, w wanted, who map[flows.StepID]flows.Answer, files []piece) packet.Document {
	s := &sheet{d: d, a: a, f: d.Rules.Flow(a.c.Report.Flow), rep: a.c.Report, want: w, who: who, used: map[flows.StepID]bool{}}
	_, mode, _ := s.rep.ByRole(s.f, flows.RoleMode)
	s.named = mode.Is("named")
	title := "packet.title_tip"
	if s.named {
		title = "packet.title"
	}
	sections := []packet.Section{
		{Rows: s.head()},
		{Title: "packet.reporter", Rows: s.reporter()},
		{Title: "packet.accused", Rows: s.accused()},
		{Title: "packet.event", Rows: s.shown(flows.RoleKind, "card.kind", flows.RolePlace, "card.place", flows.RoleRegion, "card.region", flows.RoleWhen, "card.when", flows.RoleKnown, "card.known")},
		{Title: "packet.witnesses", Rows: s.witnesses()},
		{Title: "packet.evidence_list", Rows: s.evidence(files)},
		{Title: "packet.story", Rows: s.story()},
		{Title: "packet.other", Rows: s.other()},
		{Title: "packet.complete", Rows: s.paragraphs(d.Rules.Assess(s.rep))},
		{Title: "packet.history", Rows: s.paragraphs(d.history(a).Items)},
		{Title: "packet.filing", Rows: s.filing()},
	}
	sections = slices.DeleteFunc(sections, func(x packet.Section) bool { return len(x.Rows) == 0 })
	for i := range sections {
		if sections[i].Title != "" {
			sections[i].Title = strconv.Itoa(i) + ". " + s.say(sections[i].Title)
		}
	}
	foot := s.say("packet.foot", "ticket", a.ticket(), "name", text(signed(a.officer)))
	return packet.Document{
		Lang: d.Lang, Title: s.say(title) + " – " + s.rep.ID.Ticket(), Intro: s.say("packet.intro"), Sections: sections, Foot: foot, Made: d.Now(),
		Page: func(n, of int) string {
			return s.say("packet.page", "n", text(strconv.Itoa(n)), "of", text(strconv.Itoa(of)))
		},
		Unprintable: func(with rune) string {
			return s.say("packet.unprintable", "text", text(string(with)), "name", text(s.rep.ID.Ticket()+".txt"))
		},
	}
}

func (s *sheet) say(key string, args ...any) string { return s.d.plain(flows.Say(key, args...)) }

func (s *sheet) row(label string, p flows.Phrase) packet.Row {
	return packet.Row{Label: s.say(label), Text: s.d.plain(p)}
}

func (s *sheet) blank(label string) packet.Row { return packet.Row{Label: s.say(label), Blank: 1} }

func (s *sheet) paragraphs(list []flows.Phrase) (rows []packet.Row) {
	for _, p := range list {
		if words := s.d.plain(p); words != "" {
			rows = append(rows, packet.Row{Text: words})
		}
	}
	return rows
}

// head says whose the case is, and how it stands.
func (s *sheet) head() []packet.Row {
	state := s.a.c.In(s.a.route.Name)
	rows := []packet.Row{
		s.row("packet.code", s.a.ticket()),
		s.row("packet.intake", text(s.a.route.Title())),
		s.row("packet.officer", text(signed(s.a.officer))),
		s.row("packet.state", flows.Say("rekap.status."+string(state.Status))),
		s.row("packet.made", text(flows.Day(s.d.Now(), s.a.route.Zone()))),
	}
	if state.Number != "" {
		rows = append(rows, s.row("packet.registration", text(state.Number)))
	}
	if !s.rep.Sent.IsZero() {
		rows = append(rows, s.row("card.sent", text(flows.Day(s.rep.Sent, s.d.Rules.Zone(s.rep)))))
	}
	return rows
}

// reporter says who reported only where the officer asked for it.
func (s *sheet) reporter() []packet.Row {
	if !s.named {
		return []packet.Row{{Text: s.say("packet.no_name")}}
	}
	if s.who == nil {
		return []packet.Row{{Text: s.say("packet.name_sealed")}}
	}
	rows := []packet.Row{}
	given := func(role flows.Role, key string) {
		for _, st := range s.f.Steps {
			if x, ok := s.who[st.ID]; ok && st.Role == role && !x.Empty() {
				rows = append(rows, s.row(key, s.f.Value(st, x)))
				return
			}
		}
		rows = append(rows, s.blank(key))
	}
	given(flows.RoleName, "packet.name")
	for _, key := range []string{"packet.birth", "packet.sex", "packet.work", "packet.nation"} {
		rows = append(rows, s.blank(key))
	}
	given(flows.RoleAddress, "packet.address")
	given(flows.RolePhone, "packet.phone")
	return append(rows, s.blank("packet.email"))
}

// shown are the answers to roles that supervisors may see, beside the name that
// each has in the form; what was not said is left to be filled in.
func (s *sheet) shown(pairs ...any) (rows []packet.Row) {
	for i := 0; i+1 < len(pairs); i += 2 {
		role, key := pairs[i].(flows.Role), pairs[i+1].(string)
		asked, said := false, len(rows)
		for _, st := range s.f.Steps {
			if st.Role != role {
				continue
			}
			asked = true
			if x, ok := s.rep.Answers[st.ID]; ok && st.Share == flows.Shown && !x.Empty() && !x.Is("unknown") {
				s.used[st.ID] = true
				rows = append(rows, s.row(key, s.f.Value(st, x)))
			}
		}
		if asked && said == len(rows) {
			rows = append(rows, s.blank(key))
		}
	}
	return rows
}

// mentioned is the answer to a role that is only mentioned on the card: here only
// where the officer asked for it.
func (s *sheet) mentioned(role flows.Role, key string) []packet.Row {
	st, x, ok := s.rep.ByRole(s.f, role)
	switch {
	case !ok:
		return []packet.Row{s.blank(key)}
	case !s.want.details:
		return []packet.Row{s.row(key, flows.Say("packet.sealed"))}
	}
	return []packet.Row{s.row(key, s.f.Value(st, x))}
}

func (s *sheet) accused() []packet.Row {
	rows := s.shown(flows.RolePerson, "card.person", flows.RoleStatus, "card.status", flows.RoleOffice, "card.office")
	if !s.f.Coarse {
		rows = append(rows, s.mentioned(flows.RoleNumber, "packet.number")...)
	}
	return append(rows, s.blank("packet.address"), s.blank("packet.phone"))
}

func (s *sheet) witnesses() []packet.Row {
	if s.f.Coarse {
		return nil
	}
	return s.mentioned(flows.RoleWitness, "packet.witness")
}

func (s *sheet) evidence(files []piece) (rows []packet.Row) {
	for i, p := range files {
		lines := []string{s.say("packet.file", "text", text(p.Type), "n", text(strconv.FormatInt(p.Size, 10)), "digest", text(p.Digest))}
		switch {
		case p.gone:
			lines = append(lines, s.say("packet.file_gone"))
		case p.copy == nil:
			lines = append(lines, s.say("packet.file_sealed"))
		default:
			lines = append(lines, s.say("packet.file_copy", "name", text(p.copyName()), "digest", text(p.copy.Digest)))
		}
		if s.want.originals && !p.gone {
			lines = append(lines, s.say("packet.file_original", "name", text(p.sealedName())))
		}
		rows = append(rows, packet.Row{Label: strconv.Itoa(i + 1), Text: strings.Join(lines, "\n")})
	}
	if st, x, ok := s.rep.ByRole(s.f, flows.RoleFiles); ok {
		s.used[st.ID] = true
		if x.Text != "" {
			rows = append(rows, packet.Row{Label: s.say(s.f.Key(st.ID, "note_label")), Text: s.d.plain(text(x.Text))})
		}
	}
	if len(rows) == 0 {
		rows = []packet.Row{{Text: s.say("card.no_evidence")}}
	}
	return rows
}

func (s *sheet) story() []packet.Row {
	st, x, ok := s.rep.ByRole(s.f, flows.RoleStory)
	if !ok {
		return []packet.Row{s.blank("packet.story")}
	}
	s.used[st.ID] = true
	return []packet.Row{{Text: s.d.plain(s.f.Value(st, x))}}
}

// other are the answers that have no place in the form.
func (s *sheet) other() (rows []packet.Row) {
	for _, st := range s.f.Steps {
		x, ok := s.rep.Answers[st.ID]
		if !ok || x.Empty() || x.Is("unknown") || s.used[st.ID] || st.Share != flows.Shown || st.Role == flows.RoleMode || st.Role == flows.RoleBodies {
			continue
		}
		rows = append(rows, s.row(s.f.Key(st.ID, "label"), s.f.Value(st, x)))
	}
	return rows
}

// filing is what is filled in by hand where a report is made of it.
func (s *sheet) filing() []packet.Row {
	if s.who == nil {
		return nil
	}
	return []packet.Row{
		s.blank("packet.filed_at"), s.blank("packet.filed_on"),
		{Text: s.say("packet.statement")},
		{Label: s.say("packet.signed_reporter"), Blank: 3}, {Label: s.say("packet.signed_officer"), Blank: 3},
	}
}
