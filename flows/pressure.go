package flows

import "github.com/netralitas/netra/flows/region"

// Pressure is the flow in which a civil servant reports pressure. It is
// anonymous by design: no name, staff number, address or unit is asked, and
// supervisors may ask back only if the reporter chooses so. Questions and limits
// are those of the project's question script, flow A; what it lets people skip
// is mostly a detail here, which the review offers to add.
var Pressure = Flow{
	ID:     "pressure",
	Coarse: true,
	Steps: []Step{
		{ID: "safe", Kind: Choice{[]Code{"safe", "unsafe"}}},
		{ID: "unsafe", Kind: Choice{[]Code{"go_on", "stop"}}, When: When{"safe", []Code{"unsafe"}}, Ends: []Code{"stop"}},
		{ID: "consent", Kind: Consent{}, Role: RoleConsent, Ends: []Code{Decline}},
		{ID: "region", Kind: Region{region.Regency}, Role: RoleRegion, Share: Shown},
		{ID: "kind", Kind: Multi{Codes: []Code{"jabatan", "mutasi", "dicopot", "tpp", "kontrak", "uang", "memilih", "data", "kampanye", "ancaman"}}, Role: RoleKind, Share: Shown},
		{ID: "presser", Kind: Choice{[]Code{"atasan", "pimpinan", "kepala_daerah", "timses", "rekan", "aparat", "lain", "unknown"}}, Skip: true, Role: RoleStatus, Share: Shown},
		{ID: "when", Kind: Choice{[]Code{"minggu", "bulan", "sebelum"}}, Skip: true, Role: RoleWhen, Share: Shown},
		{ID: "story", Kind: Story{Min: 30, Max: 2000, Summary: 10}, Role: RoleStory, Share: Shown},
		{ID: "status", Kind: Choice{[]Code{"pns", "pppk", "cpns", "honorer", "rather_not"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "asked", Kind: Multi{Codes: []Code{"hadir", "pilih", "kumpulkan", "iuran", "unggah", "kerahkan", "lain"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "presser_name", Kind: Text{Min: 2, Max: 200}, Skip: true, Extra: true, Role: RolePerson, Share: Shown},
		{ID: "how", Kind: Multi{Codes: []Code{"apel", "rapat", "grup", "telepon", "surat", "langsung"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "ongoing", Kind: Choice{[]Code{"yes", "no"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "consequence", Kind: Multi{Codes: []Code{"belum", "mutasi", "nonjob", "tpp", "kontrak", "dikucilkan", "lain"}, Sole: "belum"}, Skip: true, Extra: true, Share: Shown},
		{ID: "consequence_detail", Kind: Text{Min: 2, Max: 200}, When: When{"consequence", []Code{"mutasi", "nonjob", "tpp", "kontrak", "dikucilkan", "lain"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "colleagues", Kind: Choice{[]Code{"self", "few", "some", "many", "whole", "unknown"}}, Skip: true, Extra: true, Share: Shown},
		{ID: "evidence", Kind: Files{Max: 10}, Skip: true, Note: true, Role: RoleFiles, Share: Shown},
		{ID: "bodies", Kind: Multi{Codes: []Code{"bawaslu", "bkn", "inspektorat", "bkd"}, Preset: []Code{"bawaslu", "bkn"}}, Role: RoleBodies, Share: Shown},
		{ID: "follow_up", Kind: Choice{[]Code{"no", "yes"}}, Role: RoleFollow},
		{ID: "review", Kind: Review{}},
	},
}

// All are the flows, in the order of the menu.
var All = []Flow{Citizen, Pressure}
