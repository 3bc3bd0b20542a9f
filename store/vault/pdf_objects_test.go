package vault

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// pdfSharedBundle has many pages that share one object, which comes from a
// bundle: small in the file, and large each time that it is parsed. Spaces in
// another bundle pretend that there is much to be done.
func pdfSharedBundle(shared string) []byte {
	const pages = 700
	var kids strings.Builder
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "null", "null",
		pdfFlate("/Type/ObjStm/N 1/First 4", "3 0 "+shared), pdfFlate("/Type/ObjStm/N 1/First 4", "4 0 <<>>"+strings.Repeat(" ", 7<<20))}
	for n := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", len(objects)+1)
		group := ""
		if n == 0 {
			group = "/Group 4 0 R"
		}
		objects = append(objects, "<</Type/Page/MediaBox[0 0 9 9]/Resources 3 0 R"+group+">>")
	}
	objects[1] = "<</Type/Pages/Kids[" + kids.String() + "]>>"
	return pdfXRefStream("", func(places []int) string {
		s := pdfRow(0, 0, 0) + pdfRow(1, places[1], 0) + pdfRow(1, places[2], 0) + pdfRow(2, 5, 0) + pdfRow(2, 6, 0)
		for _, at := range places[5:] {
			s += pdfRow(1, at, 0)
		}
		return s
	}, objects...)
}

// TestPDFSharedObjects: what is parsed for each page again is paid each time.
func TestPDFSharedObjects(t *testing.T) {
	if err := survive(scrubPDF, io.Discard, from(pdfSharedBundle("<</ExtGState<</G<</LW 1>>>>>>")), nil); err != nil {
		t.Fatal(err)
	}
	var keys strings.Builder
	for n := range 70_000 {
		fmt.Fprintf(&keys, "/%x 1", n)
	}
	for name, shared := range map[string]string{
		"too many numbers": "<</Z[" + strings.Repeat("1 ", 490_000) + "]>>",
		"many numbers":     "<</Z[" + strings.Repeat("1 ", 145_000) + "]>>",
		"many keys":        "<</Z<<" + keys.String() + ">>>>",
		"many arrays":      "<</Z[" + strings.Repeat("[]", 145_000) + "]>>",
		"long text":        "<</Z(" + strings.Repeat("\\101", 1_900_000) + ")>>",
		"large bundle":     "<</Z(" + strings.Repeat("a", 9<<20) + ")>>",
	} {
		t.Run(name, func(t *testing.T) {
			err := survive(scrubPDF, io.Discard, from(pdfSharedBundle(shared)), nil)
			if u := unclean(""); !errors.As(err, &u) || !strings.Contains(err.Error(), " too ") {
				t.Errorf("got %v, want that it is too much", err)
			}
		})
	}
}
