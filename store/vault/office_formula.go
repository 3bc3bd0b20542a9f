package vault

import (
	"regexp"
	"strings"
)

// maxFormula is longer than Excel and LibreOffice allow.
const maxFormula = 1 << 15

// leadsAway reports whether a formula, or an address, leads to another file, to
// another program or to a server: where it leads says whose computer it was on.
// What it does not see for sure it takes for one, since what a formula came to
// is a value that is kept.
func leadsAway(formula string) bool {
	if len(formula) > maxFormula {
		return true
	}
	if !strings.ContainsAny(formula, `:\/|(#[`) {
		return false
	}
	low := strings.ToLower(formula)
	for _, s := range awaySigns {
		if strings.Contains(low, s) {
			return true
		}
	}
	if strings.ContainsAny(low, `\/|[#`) && away.MatchString(low) {
		return true
	}
	links := strings.Count(low, "hyperlink(")
	for _, s := range []string{"http:", "https:", "mailto:", "#"} {
		links -= strings.Count(low, `hyperlink("`+s)
	}
	return links > 0
}

// awaySigns: a scheme of files, a share, a folder of people, a call of a
// program or a server.
var awaySigns = []string{
	"file:", "smb:", "nfs:", "ftp:", "dav:", "davs:", `\\`, `"//`, `'//`,
	"/home/", "/users/", "/mnt/", "/media/", "/volumes/", "dde(", "webservice(", "rtd(",
}

// Others are a drive, DDE as program|topic!item, and a file in brackets, as
// Excel writes it, or before #, as LibreOffice does.
var away = regexp.MustCompile(`(^|[^a-z0-9])[a-z]:[\\/]|[a-z0-9_]\|[^"|]*!|\[[^\]\[]*\.(xl|od|ot|csv|txt|doc|mdb)[a-z]*\]|'[^']*[:/\\][^']*'#`)

// ooxmlFormulas are the elements whose text is a formula or an address, with
// whether the element around it can do without.
var ooxmlFormulas = map[string]bool{
	"x:f": true, "x:definedName": true, "x:calculatedColumnFormula": true, "x:totalsRowFormula": true,
	"c:f": false, "x:formula": false, "x:formula1": false, "x:formula2": false,
}

// odfFormula tells the attributes that are formulas or addresses.
func odfFormula(name string) bool {
	for _, end := range []string{"formula", "expression", "condition", "range", "ranges", "address", "addresses"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func needsFormula(name string) bool {
	optional, is := ooxmlFormulas[name]
	return is && !optional
}
