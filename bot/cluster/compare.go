package cluster

import "math/bits"

// Reason is what is alike in two reports, as the end of a locale key.
type Reason string

// The reasons.
const (
	SamePerson  Reason = "person"
	SamePlace   Reason = "place"
	SameDay     Reason = "day"
	SamePost    Reason = "post"
	SamePicture Reason = "picture"
	SameWords   Reason = "words"
)

// Alike is the score from which two reports look like one event: somebody of that
// name there on that day, but not just something of that kind.
const Alike = 8

// weights, in bits: how much more often something is so of two reports of one
// event than of any two.
const (
	post         = 12.0
	picture      = 7.0
	person       = 6.0
	similar      = 4.0 // part of the name
	another      = -6.0
	day          = 3.0
	dayBeside    = 1.0
	anotherDay   = -5.0
	district     = 3.0
	regency      = 1.0
	nextDistrict = -1.0
	elsewhere    = -6.0
	place        = 3.0
	otherPlace   = -1.0
	kind         = 1.5
	otherKind    = -1.5
	office       = 1.5
	otherOffice  = -1.5
	told         = 3.0
)

// Compare says how much two reports look like one event, and by what.
func Compare(a, b Sample) (score float64, why []Reason) {
	add := func(weight float64, r Reason) {
		score += weight
		if weight > 0 && r != "" {
			why = append(why, r)
		}
	}
	if a.posts.common(b.posts) > 0 {
		add(post, SamePost)
	}
	if pictured(a.Looks, b.Looks) {
		add(picture, SamePicture)
	}
	if len(a.person) > 0 && len(b.person) > 0 {
		switch like, within := a.person.like(b.person), a.person.within(b.person); {
		case like >= 0.55:
			add(person, SamePerson)
		case within >= 0.75 && min(len(a.person), len(b.person)) >= 4:
			add(similar, SamePerson)
		case within < 0.4:
			add(another, "")
		}
	}
	if a.Day != 0 && b.Day != 0 {
		switch a.Day - b.Day {
		case 0:
			add(day, SameDay)
		case 1, -1:
			add(dayBeside, "")
		default:
			add(anotherDay, "")
		}
	}
	switch {
	case a.Regency == "" || b.Regency == "":
	case a.Regency != b.Regency:
		add(elsewhere, "")
	case a.District == "" || b.District == "":
		add(regency, "")
	case a.District == b.District:
		add(district, "")
	default:
		add(nextDistrict, "")
	}
	if len(a.place) > 0 && len(b.place) > 0 {
		switch {
		case a.place.like(b.place) >= 0.4 || a.place.within(b.place) >= 0.8:
			add(place, SamePlace)
		case a.place.within(b.place) < 0.2:
			add(otherPlace, "")
		}
	}
	switch {
	case a.Kind == "" || b.Kind == "":
	case a.Kind == b.Kind:
		add(kind, "")
	default:
		add(otherKind, "")
	}
	if len(a.office) > 0 && len(b.office) > 0 {
		switch within := a.office.within(b.office); {
		case within >= 0.6:
			add(office, "")
		case within < 0.2:
			add(otherOffice, "")
		}
	}
	if len(a.story) > 5 && len(b.story) > 5 && a.story.resembles(b.story) >= 0.3 {
		add(told, SameWords)
	}
	return score, why
}

// farLook is how many of 64 bits may differ in two looks of one picture.
const farLook = 8

func pictured(a, b []uint64) bool {
	for _, x := range a {
		for _, y := range b {
			if bits.OnesCount64(x^y) <= farLook {
				return true
			}
		}
	}
	return false
}
