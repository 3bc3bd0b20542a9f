package flows

import (
	"regexp"
	"strings"

	"github.com/netralitas/netra/flows/region"
)

// Who reports pressure can be recognised by what they tell: each detail is known
// to many, together they fit one. What follows finds such details and hides them
// if the reporter wants; it is a help for the eye and not a promise, and the
// review says so.

// A clue is a sort of detail in free words.
type clue struct {
	key  string // of its name
	find *regexp.Regexp
	// alone says that one of it is enough to recognise somebody.
	alone bool
}

// hidden stands where a detail was.
const hidden = "[…]"

const months = `jan(?:uari|uary)?|[fp]eb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|ag(?:ustus|st?|t)|aug(?:ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|no[vp](?:ember)?|de[sc](?:ember)?`

var clues = []clue{
	{"risk.number", regexp.MustCompile(`\d(?:[ .\-]?\d){7,}|\b\d{2,4}(?:[./\-][\w.]+){2,}/\d{4}\b`), true},
	{"risk.date", regexp.MustCompile(`(?i)\b(?:tanggal|tgl\.?|ping|kaping)\s*\d{1,2}\b(?:\s+(?:` + months + `)\b)?(?:\s+\d{4})?|\b\d{1,2}\s+(?:` + months + `)\b(?:\s+\d{4})?|\b\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?\b`), false},
	{"risk.office", regexp.MustCompile(`\b(?i:sdn?|smpn?|sman?|smkn?|slbn?|tkn?|min|mtsn?|man|puskesmas|pkm|rsud|uptd?|kelurahan|kecamatan|desa|nagari|kampung|gampong)\b\s+(?i:negeri\s+)?[\p{Lu}\d]\S*(?:\s+[\p{Lu}\d][^\s.,;]*){0,3}|\b(?i:dinas|badan|bagian|bidang|seksi|kantor|sekretariat|inspektorat)\s+\p{Lu}\S*(?:\s+(?:dan|&|\p{Lu}[^\s.,;]*)){0,4}`), false},
	{"risk.name", regexp.MustCompile(`\b(?i:pak|bapak|bpk\.?|bu|ibu|sdri?\.?|saudari?|mas|mbak|kang|teh|haji|hj?\.|drs?\.|dra\.)\s+\p{Lu}[^\s.,;]*(?:\s+\p{Lu}[^\s.,;]*){0,3}`), false},
}

// together is how many details make somebody easy to recognise.
const together = 3

// risks names the details that together make the reporter easy to recognise. It
// is nil when there are too few, and in flows that are not coarse.
func (f Flow) risks(answers map[StepID]Answer) []Phrase {
	if !f.Coarse {
		return nil
	}
	var found []Phrase
	alone := false
	if st, ok := f.byRole(RoleRegion); ok && answers[st.ID].Place().Level() > region.Province {
		found = append(found, Say("risk.region"))
	}
	if st, ok := f.byRole(RolePerson); ok && answers[st.ID].Text != "" && answers[st.ID].Text != hidden {
		found = append(found, Say("risk.person"))
	}
	for _, c := range clues {
		for _, st := range f.Steps {
			if f.free(st) && c.find.MatchString(answers[st.ID].words()) {
				found = append(found, Say(c.key))
				alone = alone || c.alone
				break
			}
		}
	}
	if len(found) < together && !alone {
		return nil
	}
	return found
}

// free reports whether supervisors read a step's answer in the reporter's words.
func (f Flow) free(st Step) bool {
	switch st.Kind.(type) {
	case Text, Story, Files:
		return st.Share == Shown
	}
	return false
}

// blur hides what risks names: the regency becomes its province, the name of who
// pressed goes, and details in free words become […].
func (r Rules) blur(s Session, f Flow) Session {
	named := f.risks(s.Answers)
	if len(named) == 0 {
		return s
	}
	for _, st := range f.Steps {
		a, given := s.Answers[st.ID]
		switch p := a.Place(); {
		case !given || a.Skipped:
		case st.Role == RoleRegion && p.Level() > region.Province:
			for p.Level() > region.Province {
				p = p.Parent()
			}
			s.set(st.ID, Answer{Codes: []Code{placeCode(p)}})
		case st.Role == RolePerson && f.free(st):
			s.set(st.ID, Answer{Skipped: true})
		case f.free(st):
			a.Text = hide(a.Text)
			notes := make([]Note, len(a.Notes))
			for i, n := range a.Notes {
				notes[i] = Note{hide(n.Text), n.By}
			}
			if a.Notes != nil {
				a.Notes = notes
			}
			s.set(st.ID, a)
		}
	}
	s.say(Say("review.blurred", "list", Phrase{Items: named}))
	return s
}

func hide(t string) string {
	for _, c := range clues {
		t = c.find.ReplaceAllString(t, hidden)
	}
	for strings.Contains(t, hidden+" "+hidden) {
		t = strings.ReplaceAll(t, hidden+" "+hidden, hidden)
	}
	return t
}
