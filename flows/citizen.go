package flows

import "github.com/netralitas/netra/flows/region"

// Citizen is the flow in which a citizen reports a civil servant who takes
// sides. Questions and limits are those of the project's question script, flow
// W. What is not needed for a report to be taken up is a detail, which the review
// offers to add: who answers every question gives up before the end. Whoever
// reports an event of today or yesterday need not say when they learned of it.
// The statement of good faith is what sending means, so the review says it.
var Citizen = Flow{
	ID: "citizen",
	Steps: []Step{
		{ID: "consent", Kind: Consent{}, Role: RoleConsent, Ends: []Code{Decline}},
		{ID: "mode", Kind: Choice{[]Code{"anonymous", "named"}}, Role: RoleMode, Share: Shown},
		{ID: "region", Kind: Region{region.District}, Role: RoleRegion, Share: Shown},
		{ID: "place", Kind: Text{Min: 3, Max: 300, Only: PlaceOrLink, Codes: []Code{"unknown"}}, Role: RolePlace, Share: Shown},
		{ID: "status", Kind: Choice{[]Code{"pns", "pppk", "honorer", "kades", "tni_polri", "kepala_daerah", "bumn", "petugas_pemilu", "lainnya", "unknown"}}, Role: RoleStatus, Share: Shown},
		{ID: "name", Kind: Text{Min: 2, Max: 120, Codes: []Code{"unknown"}}, Role: RolePerson, Share: Shown},
		{ID: "traits", Kind: Text{Min: 10, Max: 300, Codes: []Code{"unknown"}}, When: When{"name", []Code{"unknown"}}, Role: RolePerson, Share: Shown},
		{ID: "office", Kind: Text{Min: 2, Max: 200}, Skip: true, Role: RoleOffice, Share: Shown},
		{ID: "nip", Kind: Text{Min: 18, Max: 18, Only: EighteenNIP}, When: When{"status", []Code{"pns", "pppk"}}, Skip: true, Extra: true, Role: RoleNumber, Share: Mentioned},
		{ID: "favoured", Kind: Text{Min: 1, Max: 120}, Skip: true, Extra: true, Share: Shown},
		{ID: "kind", Kind: Choice{[]Code{"medsos", "foto", "alat", "kampanye", "ajakan", "tim", "parpol", "fasilitas", "keputusan", "lain"}}, Role: RoleKind, Share: Shown},
		{ID: "date", Kind: Date{[]Code{Today, Yesterday}}, Role: RoleWhen, Share: Shown},
		{ID: "time", Kind: Clock{[]Code{"pagi", "siang", "sore", "malam"}}, When: When{"date", []Code{Untimed}}, Skip: true, Extra: true, Share: Shown},
		{ID: "known", Kind: Date{[]Code{"same"}}, When: When{"date", []Code{Older}}, Role: RoleKnown, Share: Shown},
		{ID: "story", Kind: Story{Min: 30, Max: 2000, Summary: 10}, Role: RoleStory, Share: Shown},
		{ID: "evidence", Kind: Files{Max: 10}, Skip: true, Note: true, Role: RoleFiles, Share: Shown},
		{ID: "witnesses", Kind: Text{Min: 3, Max: 500}, Skip: true, Extra: true, Role: RoleWitness, Share: Mentioned},
		{ID: "reporter_name", Kind: Text{Min: 3, Max: 120, Only: PersonName}, When: named, Role: RoleName},
		{ID: "reporter_address", Kind: Text{Min: 10, Max: 250}, When: named, Role: RoleAddress},
		{ID: "voter", Kind: Choice{[]Code{"yes", "no"}}, When: named, Role: RoleVoter},
		{ID: "reporter_phone", Kind: Phone{}, When: named, Skip: true, Extra: true, Role: RolePhone},
		{ID: "follow_up", Kind: Choice{[]Code{"yes", "no"}}, Role: RoleFollow},
		{ID: "review", Kind: Review{}},
	},
}

var named = When{"mode", []Code{"named"}}
