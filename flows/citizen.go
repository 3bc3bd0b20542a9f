package flows

// Citizen is the flow in which a citizen reports a civil servant who takes
// sides. Questions, order and limits are those of the project's question
// script, flow W.
var Citizen = Flow{
	ID: "citizen",
	Steps: []Step{
		{ID: "consent", Kind: Consent{}, Role: RoleConsent, Ends: []Code{Decline}},
		{ID: "mode", Kind: Choice{[]Code{"anonymous", "named"}}, Role: RoleMode, Share: Shown},
		{ID: "region", Kind: Region{}, Role: RoleRegion, Share: Shown},
		{ID: "place", Kind: Text{Min: 3, Max: 300, Only: PlaceOrLink, Codes: []Code{"unknown"}}, Role: RolePlace, Share: Shown},
		{ID: "status", Kind: Choice{[]Code{"pns", "pppk", "honorer", "kades", "tni_polri", "kepala_daerah", "bumn", "petugas_pemilu", "lainnya", "unknown"}}, Role: RoleStatus, Share: Shown},
		{ID: "name", Kind: Text{Min: 2, Max: 120, Codes: []Code{"unknown"}}, Role: RolePerson, Share: Shown},
		{ID: "traits", Kind: Text{Min: 10, Max: 300, Codes: []Code{"unknown"}}, When: When{"name", []Code{"unknown"}}, Role: RolePerson, Share: Shown},
		{ID: "office", Kind: Text{Min: 2, Max: 200}, Skip: true, Role: RoleOffice, Share: Shown},
		{ID: "nip", Kind: Text{Min: 18, Max: 18, Only: EighteenNIP}, When: When{"status", []Code{"pns", "pppk"}}, Skip: true, Share: Mentioned},
		{ID: "favoured", Kind: Text{Min: 1, Max: 120}, Skip: true, Share: Shown},
		{ID: "kind", Kind: Choice{[]Code{"medsos", "foto", "alat", "kampanye", "ajakan", "tim", "parpol", "fasilitas", "keputusan", "lain"}}, Role: RoleKind, Share: Shown},
		{ID: "date", Kind: Date{[]Code{"today", "yesterday"}}, Role: RoleWhen, Share: Shown},
		{ID: "time", Kind: Text{Min: 1, Max: 60, Codes: []Code{"pagi", "siang", "sore", "malam"}}, Skip: true, Share: Shown},
		{ID: "known", Kind: Date{[]Code{"same"}}, Role: RoleKnown, Share: Shown},
		{ID: "story", Kind: Text{Min: 30, Max: 2000}, Role: RoleStory, Share: Shown},
		{ID: "evidence", Kind: Files{Max: 10}, Skip: true, Note: true, Role: RoleFiles, Share: Shown},
		{ID: "witnesses", Kind: Text{Min: 3, Max: 500}, Skip: true, Share: Mentioned},
		{ID: "reporter_name", Kind: Text{Min: 3, Max: 120, Only: PersonName}, When: named, Role: RoleName},
		{ID: "reporter_address", Kind: Text{Min: 10, Max: 250}, When: named, Role: RoleAddress},
		{ID: "reporter_phone", Kind: Phone{}, When: named, Skip: true, Role: RolePhone},
		{ID: "voter", Kind: Choice{[]Code{"yes", "no"}}, When: named},
		{ID: "follow_up", Kind: Choice{[]Code{"yes", "no"}}, Role: RoleFollow},
		{ID: "good_faith", Kind: Choice{[]Code{"state"}}},
		{ID: "review", Kind: Review{}},
	},
}

var named = When{"mode", []Code{"named"}}
