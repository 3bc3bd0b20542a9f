package vault

import "strings"

// An mc:AlternateContent is the same in several ways, for programs that know
// more and less (ECMA-376 part 3, section 7.5). One way is kept, so that
// nothing hides in the others: the first that has only known words, with what
// says which, or else the last resort, without.
type officeChoice int

const (
	noChoice officeChoice = iota
	alternatives
	alternativesTaken // and one of them is kept
	oneChoice
	lastResort
)

// substitutes are extensions whose last resort shows the same to the eye, or
// that show nothing. Others, such as charts of new kinds, fall back to a line
// that says what cannot be seen.
var substitutes = map[string]bool{
	"http://schemas.microsoft.com/office/drawing/2010/main":              true,
	"http://schemas.microsoft.com/office/drawing/2007/8/2/chart":         true,
	"http://schemas.microsoft.com/office/powerpoint/2010/main":           true,
	"http://schemas.microsoft.com/office/powerpoint/2012/main":           true,
	"http://schemas.microsoft.com/office/powerpoint/2015/09/main":        true,
	"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main":      true,
	"http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac":       true,
	"http://schemas.microsoft.com/office/spreadsheetml/2010/11/main":     true,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas": true,
	"http://schemas.microsoft.com/office/word/2010/wordml":               true,
	"http://schemas.microsoft.com/office/word/2015/wordml/symex":         true, // emoji
}

func (f *officeFilter) alternative(e *officeElement, o officeOpen) error {
	o.text = false
	var around *officeOpen
	if n := len(f.stack); n > 0 {
		around = &f.stack[n-1]
	}
	within := around != nil && (around.choice == alternatives || around.choice == alternativesTaken)
	switch {
	case e.name == "mc:AlternateContent" && around != nil && !within:
		o.choice = alternatives
	case e.name == "mc:Choice" && within:
		requires, err := f.requires(e.attr("Requires"))
		if err != nil {
			return err
		}
		if requires == "" || around.choice == alternativesTaken {
			return f.drop(o)
		}
		around.choice, o.choice = alternativesTaken, oneChoice
		f.closeTag()
		f.out = append(f.out, `<mc:AlternateContent><mc:Choice Requires="`+requires+`">`...)
	case e.name == "mc:Fallback" && within:
		if around.choice == alternativesTaken {
			return f.drop(o)
		}
		around.choice, o.choice = alternativesTaken, lastResort
	default:
		return unclean("alternatives in disorder")
	}
	f.stack = append(f.stack, o)
	return nil
}

// requires translates the prefixes that a choice needs, "" when it needs more
// than the known words.
func (f *officeFilter) requires(prefixes string) (string, error) {
	var known []string
	for _, p := range strings.Fields(prefixes) {
		uri := f.uri(p)
		usual := f.words.prefixes[uri]
		switch {
		case usual != "":
			known = append(known, usual)
		case substitutes[uri]:
			return "", nil
		default:
			return "", unclean("an extension without a substitute")
		}
	}
	return strings.Join(known, " "), nil
}
