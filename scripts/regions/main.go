// Command regions makes the tables that package region embeds, from two npm
// packages. It fetches them with "npm pack" unless it is given the folder that
// they were fetched to, and makes the same bytes from the same packages.
//
//	go generate ./flows/region
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netralitas/netra/flows/region"
)

// The packages, and what the registry says of their contents.
var (
	names  = pkg{"idn-area-data", "4.0.1", "sha512-PhNSIl5T7swVwwWxJOFMtCaeHAF9TUu0HLDf+36EIWZro9j7au83AFIJiBQGL+iRsBDA2OlpJ5fjiqxNYndzOQ=="}
	points = pkg{"geografis", "1.3.2", "sha512-VNrk114ibD0NxQ0ueAkjjT42Lnf9nVih18cvbw0rxoSlvoLV3OApkZLnkOe2ccrgi7+TMcRyNaOawHEdSag+oQ=="}
)

type pkg struct{ name, version, integrity string }

func main() {
	from := flag.String("from", "", "folder with the packages' .tgz files; empty: fetch them with npm")
	to := flag.String("to", "data", "folder to write to")
	flag.Parse()
	if err := generate(context.Background(), *from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "regions:", err)
		os.Exit(1) //nolint:forbidigo // this is a program
	}
}

func generate(ctx context.Context, from, to string) (err error) {
	if from == "" {
		dir, err := os.MkdirTemp("", "netra-regions-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		from = dir
		for _, p := range []pkg{names, points} {
			cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", p.name+"@"+p.version) //nolint:gosec // the two above
			cmd.Dir, cmd.Stderr = dir, os.Stderr
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("fetch %s: %w", p.name, err)
			}
		}
	}
	files, err := names.read(from, "data/provinces.csv", "data/regencies.csv", "data/districts.csv", "data/villages.csv", "data/LICENSE.md")
	if err != nil {
		return err
	}
	places, err := table(files[:3])
	if err != nil {
		return err
	}
	villages, err := rows(files[3])
	if err != nil {
		return err
	}
	geo, err := points.read(from, "data/json/data.json")
	if err != nil {
		return err
	}
	where, err := locate(places, villages, geo[0])
	if err != nil {
		return err
	}
	for name, raw := range map[string][]byte{"names.csv": places.csv(), "points.bin": places.pack(where)} {
		if err := os.WriteFile(filepath.Join(to, name), raw, 0o644); err != nil { //nolint:gosec // part of the sources
			return err
		}
	}
	return os.WriteFile(filepath.Join(to, "LICENSE-ODbL.md"), files[4], 0o644) //nolint:gosec // part of the sources
}

// read takes files out of a package.
func (p pkg) read(dir string, paths ...string) ([][]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, p.name+"-"+p.version+".tgz"))
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(raw)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != p.integrity {
		return nil, fmt.Errorf("%s %s is %s, not %s", p.name, p.version, got, p.integrity)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	found := make([][]byte, len(paths))
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if i := slices.Index(paths, strings.TrimPrefix(h.Name, "package/")); i >= 0 {
			if found[i], err = io.ReadAll(r); err != nil {
				return nil, err
			}
		}
	}
	if slices.ContainsFunc(found, func(b []byte) bool { return b == nil }) {
		return nil, fmt.Errorf("%s %s lacks one of %v", p.name, p.version, paths)
	}
	return found, nil
}

// place is a row of the table: its code, and its name.
type place struct{ code, name string }

type placeTable []place

// rows are code and name of a CSV file, whose first and last columns they are.
func rows(raw []byte) ([]place, error) {
	all, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []place
	for _, r := range all[1:] {
		out = append(out, place{r[0], r[len(r)-1]})
	}
	return out, nil
}

// table is every place, in the order of the codes.
func table(files [][]byte) (placeTable, error) {
	var all placeTable
	for _, f := range files {
		r, err := rows(f)
		if err != nil {
			return nil, err
		}
		all = append(all, r...)
	}
	for i := range all {
		all[i].name = strings.ReplaceAll(all[i].name, `"`, "'") // Ra"as
	}
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.code, b.code) })
	if n := len(all); n != 38+514+7285 {
		return nil, fmt.Errorf("%d places, not 38 + 514 + 7285", n)
	}
	return all, nil
}

func (t placeTable) csv() []byte {
	var b bytes.Buffer
	for _, p := range t {
		fmt.Fprintf(&b, "%s,%s\n", p.code, p.name)
	}
	return b.Bytes()
}

// village is a row of the package with coordinates, whose codes are older.
type village struct {
	Code, City, District, Village string
	Latitude, Longitude           float64
}

// renamed are the regencies that have another name, or spelling, today.
var renamed = map[string]string{
	"Kabupaten Toba Samosir":         "Kabupaten Toba",
	"Kabupaten Pangkajene Kepulauan": "Kabupaten Pangkajene dan Kepulauan",
	"Kabupaten Pahuwato":             "Kabupaten Pohuwato",
}

// locate finds today's district of each point.
func locate(t placeTable, villages []place, raw []byte) (map[string][][2]float64, error) {
	var all []village
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	regency := map[string]string{}   // code → folded name
	districts := map[string]string{} // regency/district → code, "" when two have it
	once := func(m map[string]string, key, code string) {
		if had, twice := m[key]; twice && had != code {
			code = ""
		}
		m[key] = code
	}
	known := map[string]bool{}
	for _, p := range t {
		switch strings.Count(p.code, ".") {
		case 1:
			regency[p.code] = region.Fold(p.name)
		case 2:
			known[p.code] = true
			once(districts, regency[p.code[:5]]+"/"+region.Fold(p.name), p.code)
		}
	}
	byCode, byName := map[string]string{}, map[string]string{}
	for _, v := range villages {
		byCode[v.code] = region.Fold(v.name)
		once(byName, regency[v.code[:5]]+"/"+region.Fold(v.name), v.code[:8])
	}
	out := map[string][][2]float64{}
	lost := 0
	for _, v := range all {
		if now, ok := renamed[v.City]; ok {
			v.City = now
		}
		if v.Latitude < south || v.Latitude > north || v.Longitude < west || v.Longitude > east {
			lost++
			continue
		}
		city, name := region.Fold(v.City), region.Fold(v.Village)
		code := ""
		if byCode[v.Code] == name && regency[v.Code[:5]] == city {
			code = v.Code[:8]
		}
		if code == "" {
			code = districts[city+"/"+region.Fold(v.District)]
		}
		if code == "" {
			code = byName[city+"/"+name]
		}
		if code == "" && known[v.Code[:8]] && regency[v.Code[:5]] == city {
			code = v.Code[:8]
		}
		if code == "" {
			lost++
			continue
		}
		out[code] = append(out[code], [2]float64{v.Latitude, v.Longitude})
	}
	fmt.Fprintf(os.Stderr, "%d points in %d districts, %d left out\n", len(all)-lost, len(out), lost)
	if len(out) < 7200 {
		return nil, errors.New("fewer than 7,200 districts have a point")
	}
	return out, nil
}

// The corner from which points are counted, and its opposite, in degrees.
const south, west, north, east = -11.5, 94.5, 6.5, 141.5

// pack writes, for each district of the table in turn, how many points it has
// (uint16), then each point as thousandths of a degree north of 11.5° S and east
// of 94.5° E (two uint16); all little-endian. Points closer than that are one.
func (t placeTable) pack(where map[string][][2]float64) []byte {
	var b []byte
	for _, p := range t {
		if strings.Count(p.code, ".") != 2 {
			continue
		}
		var list [][2]uint16
		for _, at := range where[p.code] {
			list = append(list, [2]uint16{uint16(math.Round((at[0] - south) * 1000)), uint16(math.Round((at[1] - west) * 1000))})
		}
		slices.SortFunc(list, func(a, b [2]uint16) int {
			return int(a[0])<<16 + int(a[1]) - int(b[0])<<16 - int(b[1])
		})
		list = slices.Compact(list)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(list)))
		for _, at := range list {
			b = binary.LittleEndian.AppendUint16(b, at[0])
			b = binary.LittleEndian.AppendUint16(b, at[1])
		}
	}
	return b
}
