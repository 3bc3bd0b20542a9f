// Package region knows the provinces, regencies and cities, and districts of
// Indonesia: their codes and names, how people write them, which are around a
// point, and what time it is there.
//
// Codes and names are those of Kepmendagri 300.2.2-2430/2025 (38 provinces, 514
// kabupaten and kota, 7,285 kecamatan) as the npm package idn-area-data 4.0.1 has
// them, under the Open Database License 1.0 (data/LICENSE-ODbL.md): names.csv
// is a table derived from it, under the same licence. points.bin has the
// villages' coordinates of the npm package geografis 1.3.2 (MIT), rounded to a
// thousandth of a degree, under today's districts. Both are made by
// scripts/regions.
//
// Everything is held in a few flat tables, which are read when they are first
// needed and take a quarter of a megabyte.
package region

//go:generate go run ../../scripts/regions
