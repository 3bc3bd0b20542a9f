package region

import (
	"math"
	"slices"
)

// The corner from which points are counted, in degrees.
const south, west = -11.5, 94.5

// farthest is how far from a village somebody can be and still be in its
// regency, in thousandths of a degree: some 30 km. Beyond is sea, or abroad.
const farthest = 270

// around is how many districts are offered for a point.
const around = 3

// Near is the regency or city at a point, in degrees, and the three districts
// with the nearest villages, nearest first. They are "" and nil where no village
// is within some 30 km.
func Near(latitude, longitude float64) (regency Code, districts []Code) {
	t := load()
	y, x := float32((latitude-south)*1000), float32((longitude-west)*1000)
	wide := float32(math.Cos(latitude * math.Pi / 180)) // degrees of longitude are shorter
	type found struct {
		place int
		d     float32
	}
	var best [around]found
	for i := range best {
		best[i].d = farthest * farthest
	}
	at := 0 // in the points: of each district how many, then north and east of each
	next := func() uint16 {
		at += 2
		return uint16(pointsBin[at-2]) | uint16(pointsBin[at-1])<<8
	}
	for i := range t.codes {
		if t.level(i) != District {
			continue
		}
		d := best[around-1].d
		for n := next(); n > 0; n-- {
			dy, dx := float32(next())-y, (float32(next())-x)*wide
			d = min(d, dy*dy+dx*dx)
		}
		if d < best[around-1].d { // NaN is nowhere
			best[around-1] = found{i, d}
			slices.SortStableFunc(best[:], func(a, b found) int {
				switch {
				case a.d < b.d:
					return -1
				case a.d > b.d:
					return 1
				}
				return 0
			})
		}
	}
	for _, b := range best {
		if b.d < farthest*farthest {
			districts = append(districts, codeOf(t.codes[b.place]))
		}
	}
	if districts == nil {
		return "", nil
	}
	return districts[0].Parent(), districts
}
